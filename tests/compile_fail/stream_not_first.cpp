// expect: the first parameter of a stream handler is rill::sse::event_stream&
#include "everything.hpp"

#ifdef RILL_FIXED
rill::awaitable<> events(rill::sse::event_stream& stream, rill::query<"topic">)
#else
rill::awaitable<> events(rill::query<"topic">, rill::sse::event_stream& stream)
#endif
{
    co_await stream.send("hello");
}

void routes(rill::router& app)
{
    app.get("/events", rill::sse::endpoint(events));
}
