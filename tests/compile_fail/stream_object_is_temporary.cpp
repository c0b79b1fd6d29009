// expect: this one is a temporary: pass an object that outlives the server, or a std::shared_ptr
#include "everything.hpp"

struct feed
{
    rill::awaitable<> serve(rill::sse::event_stream& stream) const { co_await stream.send("hello"); }
};

void routes(rill::router& app)
{
#ifdef RILL_FIXED
    app.get("/events", rill::sse::endpoint(&feed::serve, std::make_shared<feed>()));
#else
    app.get("/events", rill::sse::endpoint(&feed::serve, feed()));
#endif
}
