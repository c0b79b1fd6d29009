// A hub over HTTP, for clients whose connections are cut all the time, and for proxies: GET /topics/NAME on the direct
// path, GET /handled/NAME through a handler, POST /topics/NAME to publish; GET /running, how many of the handlers run;
// GET /client, whom a request is seen to come from; POST /echo.

#include <rill/pubsub.hpp>
#include <rill/rill.hpp>

#include <atomic>
#include <support/command_line.hpp>

using namespace std::chrono_literals;

namespace {

/// A handler that runs, for as long as the object lives.
class running
{
public:
    running() { ++count; }
    running(const running&) = delete;
    running& operator=(const running&) = delete;
    ~running() { --count; }

    static inline std::atomic<int> count{0};
};

rill::response who_asks(const rill::request& r)
{
    const auto field = [&](std::string_view name) { return std::string(r.header(name).value_or("-")); };
    return rill::response::text(r.remote_address() + " " + field("X-Forwarded-For") + " " + field("Forwarded"));
}

rill::router app(const rill::pubsub::hub& hub, std::chrono::milliseconds heartbeat)
{
    const rill::sse::endpoint_options options{
        .heartbeat = heartbeat, .retry = 50ms, .headers = {{"Access-Control-Allow-Origin", "*"}}};
    rill::router app;
    app.use(rill::middleware::forwarded(rill::trusted_proxies::parse("127.0.0.1")));
    app.get("/topics/{topic}", rill::sse::endpoint(hub, options));
    app.get("/handled/{topic}",
            rill::sse::endpoint(
                [hub](rill::sse::event_stream& stream, rill::path<"topic"> topic) -> rill::awaitable<> {
                    const running here;
                    auto events = hub.subscribe(*topic, stream.last_event_id());
                    while (auto e = co_await events.next()) {
                        co_await stream.send(e);
                    }
                },
                options));
    app.post("/topics/{topic}", rill::pubsub::publish_handler(hub, "sesame"));
    app.get("/running", [] { return rill::response::text(std::to_string(running::count)); });
    app.get("/client", who_asks);
    app.post("/echo", [](const rill::request& r) { return rill::response::text(r.body()); });
    return app;
}

} // namespace

int main(int argc, char** argv)
{
    samples::command_line line("topics_server", "A hub over HTTP, for tests");
    int heartbeat = 15'000;
    line.add("--heartbeat-ms", heartbeat, "time between the heartbeats of a stream; 0: none", 0);
    if (const auto parsed = line.parse(argc, argv); !parsed) {
        return parsed.error();
    }
    // Who is cut off before its first event begins again with all of them.
    return rill::serve(app(rill::pubsub::hub({.channel = {.history = rill::pubsub::everything}, .idle = 1h}),
                           std::chrono::milliseconds(heartbeat)),
                       line.server);
}
