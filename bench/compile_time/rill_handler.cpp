// The handler that compare.sh compiles: one live stream and its route, in the usual form of a program that uses rill.

#include <ctime>
#include <rill/rill.hpp>

namespace {

using namespace std::chrono_literals;

std::string now()
{
    return std::to_string(std::time(nullptr));
}

rill::awaitable<> ticks(rill::sse::event_stream& stream)
{
    rill::interval every{2s};
    for (;;) {
        co_await every.tick();
        co_await stream.send({.data = now()});
    }
}

} // namespace

int main()
{
    rill::router app;
    app.get("/ticks", rill::sse::endpoint(ticks));
    return rill::serve(app, {.port = 8080});
}
