// expect: a stream that has begun cannot send it
#include "everything.hpp"

#ifdef RILL_FIXED
rill::awaitable<> events(rill::sse::event_stream& stream)
{
    co_await stream.send("hello");
}
#else
rill::awaitable<int> events(rill::sse::event_stream& stream)
{
    co_await stream.send("hello");
    co_return 1;
}
#endif

void routes(rill::router& app)
{
    app.get("/events", rill::sse::endpoint(events));
}
