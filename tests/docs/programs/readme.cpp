// [ticker]
#include <rill/rill.hpp>

using namespace std::chrono_literals;
using period = rill::query<"ms", rill::bounded<int, 10, 60000>, 2000>;

rill::awaitable<> ticks(rill::sse::event_stream& stream, period ms)
{
    rill::interval every{std::chrono::milliseconds(ms)};
    for (auto id = stream.last_event_number() + 1;; ++id) {
        co_await every.tick();
        co_await stream.send({.data = "tick " + std::to_string(id), .id = id});
    }
} // the client disconnected: the pending co_await was cancelled, and the destructors run

int main()
{
    rill::router app;
    app.get("/ticks", rill::sse::endpoint(ticks, {.retry = 1s, .cors = rill::middleware::cors()}));
    return rill::serve(std::move(app), {.port = 8080}); // until SIGINT or SIGTERM
}
// [ticker]

#include "docs/programs/drive.hpp"

const drive::beside_main test([](std::uint16_t port, const auto& begin_stop) {
    drive::client stream(port);
    stream.get("/ticks?ms=20");
    drive::equal(drive::next_data(stream), "tick 1");
    drive::equal(drive::next_data(stream), "tick 2");

    drive::client back(port);
    back.get("/ticks?ms=20", "Last-Event-ID: 41\r\n");
    const auto event = back.event();
    drive::check(event && event->data == "tick 42" && event->id == "42", "continues after the last event ID");

    drive::equal(drive::client(port).get("/ticks?ms=5").status(), 400);
    begin_stop();
    drive::ends(stream);
});
