// expect: a stream handler takes the stream: its first parameter is rill::sse::event_stream&
#include "everything.hpp"

#ifdef RILL_FIXED
rill::awaitable<> events(rill::sse::event_stream&)
#else
rill::awaitable<> events()
#endif
{
    co_return;
}

void routes(rill::router& app)
{
    app.get("/events", rill::sse::endpoint(events));
}
