// expect: it cannot be a generic lambda
#include "everything.hpp"

void routes(rill::router& app)
{
#ifdef RILL_FIXED
    app.get("/events", rill::sse::endpoint([](rill::sse::event_stream& stream) -> rill::awaitable<> {
#else
    app.get("/events", rill::sse::endpoint([](auto& stream) -> rill::awaitable<> {
#endif
                co_await stream.send("hello");
            }));
}
