// expect: a stream handler is a coroutine: it returns rill::awaitable<>
#include "everything.hpp"

#ifdef RILL_FIXED
rill::awaitable<> events(rill::sse::event_stream& stream)
{
    co_await stream.send("hello");
}
#else
void events(rill::sse::event_stream& stream)
{
    static_cast<void>(stream.send("hello"));
}
#endif

void routes(rill::router& app)
{
    app.get("/events", rill::sse::endpoint(events));
}
