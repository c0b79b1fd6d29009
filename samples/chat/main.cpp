#include "chat/app.hpp"

#include <rill/pubsub/metrics.hpp>

#include "support/command_line.hpp"
#include "support/store.hpp"

int main(int argc, char** argv)
{
    samples::command_line line("chat", "Chat rooms");
    chat::options options;
    std::string store = "memory";
    line.add("--token", options.token, "lets POST /topics/rooms/ROOM publish, with Authorization: Bearer TOKEN");
    line.add("--public", options.directory, "directory of the page");
    samples::add_store(line, store);
    line.add_processes();
    if (const auto parsed = line.parse(argc, argv); !parsed) {
        return parsed.error();
    }
    if (line.processes() > 1 && !samples::is_shared(store)) {
        return line.refuse("--processes: several processes show the same rooms only with a --store that they share");
    }
    std::shared_ptr<chat::rooms> all; // each process has its own
    line.server.background = {[&] { return all->run(); }};
    return line.serve([&] {
        const auto log = samples::open_store(store);
        all = std::make_shared<chat::rooms>(log);
        line.metrics = [all, log, name = samples::kind_of(store)](rill::metrics_writer& out) {
            rill::pubsub::write_metrics(out, all->hub().stats(), "rooms");
            rill::pubsub::write_metrics(out, log->stats(), name);
        };
        return chat::app(all, options);
    });
}
