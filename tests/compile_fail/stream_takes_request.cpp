// expect: a stream handler cannot take the request, which is destroyed before the stream begins
#include "everything.hpp"

#ifdef RILL_FIXED
rill::awaitable<> events(rill::sse::event_stream& stream, rill::header<"Accept">)
#else
rill::awaitable<> events(rill::sse::event_stream& stream, rill::request&)
#endif
{
    co_await stream.send("hello");
}

void routes(rill::router& app)
{
    app.get("/events", rill::sse::endpoint(events));
}
