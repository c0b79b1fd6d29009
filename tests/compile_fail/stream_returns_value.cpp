// expect: what it would co_return has no place in a stream that has begun
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
