// expect: a member function needs its object: rill::sse::endpoint(&type::method, object)
#include "everything.hpp"

struct feed
{
    rill::awaitable<> serve(rill::sse::event_stream& stream) const { co_await stream.send("hello"); }
};

void routes(rill::router& app, const feed& news)
{
#ifdef RILL_FIXED
    app.get("/events", rill::sse::endpoint(&feed::serve, news));
#else
    static_cast<void>(news);
    app.get("/events", rill::sse::endpoint(&feed::serve));
#endif
}
