// expect: a stream handler cannot take rill::body_reader
#include "everything.hpp"

#ifdef RILL_FIXED
rill::awaitable<> answer(rill::sse::event_stream& stream, rill::json<int>)
{
    co_await stream.send("done");
}
#else
rill::awaitable<> answer(rill::sse::event_stream& stream, rill::body_reader)
{
    co_await stream.send("done");
}
#endif

void routes(rill::router& app)
{
    app.post("/answer", rill::sse::endpoint(answer));
}
