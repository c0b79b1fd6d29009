// A hub over HTTP, for clients whose connections are cut all the time: GET /topics/NAME on the direct path, GET
// /handled/NAME through a handler, and POST /topics/NAME to publish.

#include <rill/pubsub.hpp>
#include <rill/rill.hpp>

#include <support/command_line.hpp>

using namespace std::chrono_literals;

namespace {

rill::router app(const rill::pubsub::hub& hub)
{
    const rill::sse::endpoint_options options{.retry = 50ms, .headers = {{"Access-Control-Allow-Origin", "*"}}};
    rill::router app;
    app.get("/topics/{topic}", rill::sse::endpoint(hub, options));
    app.get("/handled/{topic}",
            rill::sse::endpoint(
                [hub](rill::sse::event_stream& stream, rill::path<"topic"> topic) -> rill::awaitable<> {
                    auto events = hub.subscribe(*topic, stream.last_event_id());
                    while (auto e = co_await events.next()) {
                        co_await stream.send(e);
                    }
                },
                options));
    app.post("/topics/{topic}", rill::pubsub::publish_handler(hub, "sesame"));
    return app;
}

} // namespace

int main(int argc, char** argv)
{
    samples::command_line line("topics_server", "A hub over HTTP, for tests");
    if (const auto parsed = line.parse(argc, argv); !parsed) {
        return parsed.error();
    }
    // Who is cut off before its first event begins again with all of them.
    return rill::serve(app(rill::pubsub::hub({.channel = {.history = rill::pubsub::everything}, .idle = 1h})),
                       line.server);
}
