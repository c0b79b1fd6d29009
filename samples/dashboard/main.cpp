#include "dashboard/app.hpp"
#include "dashboard/sampler.hpp"

#include <boost/asio/ip/host_name.hpp>
#include <optional>
#include <rill/pubsub/metrics.hpp>

#include "support/command_line.hpp"
#include "support/store.hpp"

int main(int argc, char** argv)
{
    samples::command_line line("dashboard", "Shows the load of this machine to any number of browsers");
    std::string directory;
    std::string store = "memory";
    dashboard::sampler_options sampling;
    int period = 1000;
    line.add("--ms", period, "milliseconds between two samples", 50, 60'000);
    line.add("--proc", sampling.proc, "directory of the proc file system");
    line.add("--public", directory, "directory of the page");
    line.add("--machine", sampling.machine, "name of this machine in a --store of several machines; default: its host");
    samples::add_store(line, store);
    if (const auto parsed = line.parse(argc, argv); !parsed) {
        return parsed.error();
    }
    sampling.period = std::chrono::milliseconds(period);
    if (sampling.machine.empty() && samples::is_shared(store)) {
        sampling.machine = boost::asio::ip::host_name();
    }
    std::optional<rill::pubsub::channel> figures;
    line.server.background = {[&] { return dashboard::sample(*figures, sampling); }};
    return line.serve([&] {
        const auto log = samples::open_store(store);
        figures.emplace(dashboard::make_channel(log));
        line.metrics = [figures = *figures, log, name = samples::kind_of(store)](rill::metrics_writer& out) {
            rill::pubsub::write_metrics(out, figures.stats(), "figures");
            rill::pubsub::write_metrics(out, log->stats(), name);
        };
        return dashboard::app(*figures, directory);
    });
}
