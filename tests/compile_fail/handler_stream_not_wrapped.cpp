// expect: app.get(path, rill::sse::endpoint(handler))
#include "everything.hpp"

rill::awaitable<> events(rill::sse::event_stream& stream)
{
    co_await stream.send("hello");
}

void routes(rill::router& app)
{
#ifdef RILL_FIXED
    app.get("/events", rill::sse::endpoint(events));
#else
    app.get("/events", events);
#endif
}
