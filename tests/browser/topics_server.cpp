// A hub over HTTP for the tests with cut connections and with proxies:
//   GET /topics/NAME    a stream without a handler
//   GET /handled/NAME   a stream with a handler
//   POST /topics/NAME   publishes an event
//   GET /running        the number of running handlers
//   GET /client         the address of the client, and the forwarding headers
//   POST /echo          returns the body

#include <rill/pubsub.hpp>
#include <rill/rill.hpp>

#include <atomic>
#include <support/command_line.hpp>

using namespace std::chrono_literals;

namespace {

/// Counts the running handlers. Each handler has one object.
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
    int heartbeat = 30'000;
    line.add("--heartbeat-ms", heartbeat, "time between the heartbeats of a stream; 0: none", 0);
    if (const auto parsed = line.parse(argc, argv); !parsed) {
        return parsed.error();
    }
    // A client that is disconnected before its first event has no id. It then starts again with all events.
    return rill::serve(app(rill::pubsub::hub({.channel = {.history = rill::pubsub::everything}, .idle = 1h}),
                           std::chrono::milliseconds(heartbeat)),
                       line.server);
}
