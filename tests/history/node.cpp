// A rill process of the checked history. Publishes and streams the events of one log.
//
//     history_node --port PORT --store STORE

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string_view>

#include "history/node_store.hpp"

int main(int argc, char** argv)
{
    using namespace std::chrono_literals;
    if (argc != 5 || std::string_view(argv[1]) != "--port" || std::string_view(argv[3]) != "--store") {
        std::fputs("usage: history_node --port PORT --store STORE\n", stderr);
        return 2;
    }
    std::signal(SIGXFSZ, SIG_IGN); // a file that may not grow is a full disk
    try {
        rill::pubsub::hub_options options;
        options.channel.replay.max_events = 200; // so that many streams read from the log
        const rill::pubsub::hub hub(options, history::open_store(argv[4]));
        rill::router app;
        app.get("/events", rill::sse::endpoint(hub, {.heartbeat = 1s}));
        app.post("/topics/{topic...}", rill::pubsub::publish_handler(hub, "history"));
        return rill::serve(std::move(app), {.port = static_cast<std::uint16_t>(std::atoi(argv[2]))});
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
