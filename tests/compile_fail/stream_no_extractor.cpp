// expect: the parameters after the stream must be extractors
#include "everything.hpp"

#ifdef RILL_FIXED
rill::awaitable<> events(rill::sse::event_stream& stream, rill::query<"topic">)
#else
rill::awaitable<> events(rill::sse::event_stream& stream, std::string)
#endif
{
    co_await stream.send("hello");
}

void routes(rill::router& app)
{
    app.get("/events", rill::sse::endpoint(events));
}
