// expect: rill::sse::event_stream&, not const and not a copy
#include "everything.hpp"

#include <iostream>

#ifdef RILL_FIXED
rill::awaitable<> events(rill::sse::event_stream& stream)
#else
rill::awaitable<> events(const rill::sse::event_stream& stream)
#endif
{
    std::clog << stream.last_event_id();
    co_return;
}

void routes(rill::router& app)
{
    app.get("/events", rill::sse::endpoint(events));
}
