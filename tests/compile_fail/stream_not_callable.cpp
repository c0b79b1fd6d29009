// expect: a stream handler must be a function, a lambda or a function object
#include "everything.hpp"

void routes(rill::router& app)
{
#ifdef RILL_FIXED
    app.get("/events", rill::sse::endpoint([](rill::sse::event_stream&) -> rill::awaitable<> { co_return; }));
#else
    app.get("/events", rill::sse::endpoint("hello"));
#endif
}
