// expect: a stream handler is a coroutine: it returns rill::awaitable<>
#include "everything.hpp"

#ifdef RILL_FIXED
rill::awaitable<> events(rill::sse::event_stream& stream)
{
    co_await stream.send("hello");
}
#else
int events(rill::sse::event_stream& stream)
{
    return static_cast<int>(stream.last_event_number());
}
#endif

void routes(rill::router& app)
{
    app.get("/events", rill::sse::endpoint(events));
}
