// Follows a server with rill::client::event_source through proxies that cut every connection once a second, and checks
// that no event is lost or repeated.
//
//     resuming_clients [--streams N] [--for S] [--path PATH] [--promise all|order] [--wait MS] [--seed N]
//                      [--patience S] PORT COMMAND [ARG...]
//
// Starts the server, which must send the same events to all streams (GET PATH, default: /broadcast?ms=500). An event is
// known by its id, or by its data if the server sends no ids. Starts one cutting_proxy per 5,000 streams (default:
// 10,000) on the ports after PORT, because the open files of a process are limited. The sources have their default
// options, except that a stream waits --wait ms (default: 1000) and up to half more before it reconnects. After S
// seconds (default: 20) each stream continues until it has the last event of this time.
//
// One more client follows the server without a proxy. With --promise all (default), each stream must have received the
// same events as this client, each once and in order, over all its connections. With --promise order, for servers that
// cannot resume, no event may be repeated or out of order within a connection. Each stream must have reconnected.
// Prints the counts, and fails when the promise is broken.

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "robustness/probe/client_connection.hpp"
#include "robustness/probe/clock.hpp"
#include "robustness/probe/server_process.hpp"
#include "robustness/resume/client_crowd.hpp"
#include "robustness/resume/cutting_proxy.hpp"

namespace {

using namespace probe;

constexpr std::size_t streams_per_proxy = 5'000; // a stream takes two descriptors

std::string url(int port, const std::string& path)
{
    return "http://127.0.0.1:" + std::to_string(port) + path;
}

/// The processes of the proxies.
class proxies
{
public:
    proxies(std::size_t count, int server_port, unsigned seed)
    {
        const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "cutting_proxy";
        for (std::size_t i = 0; i < count; ++i) {
            const int port = server_port + 1 + static_cast<int>(i);
            ports_.push_back(port);
            processes_.push_back(std::make_unique<server_process>(
                server_options{.command = {program.string(), "--seed", std::to_string(seed + i), std::to_string(port),
                                           std::to_string(server_port)}},
                static_cast<std::uint16_t>(port)));
        }
    }

    const std::vector<int>& ports() const noexcept { return ports_; }

    double cpu_seconds() const
    {
        double sum = 0;
        for (const auto& process : processes_) {
            sum += process->cpu_seconds();
        }
        return sum;
    }

    /// Ends the proxies and sums up their counts.
    resume::proxy_counts end()
    {
        resume::proxy_counts sum;
        for (const auto& process : processes_) {
            ::kill(process->pid(), SIGTERM);
            for (const auto start = steady::now(); process->is_running(); std::this_thread::sleep_for(10ms)) {
                if (seconds_since(start) > 10) {
                    fail("a proxy does not end");
                }
            }
            const auto counts = resume::parse_counts(process->log());
            if (counts.connections == 0) {
                fail("a proxy has failed: " + process->log());
            }
            sum += counts;
        }
        return sum;
    }

private:
    std::vector<int> ports_;
    std::vector<std::unique_ptr<server_process>> processes_;
};

struct cpu
{
    double server, proxies, client;
};

double own_cpu_seconds()
{
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

void print(const resume::crowd_options& options, const resume::crowd_result& r, const resume::proxy_counts& cut,
           const cpu& used)
{
    const auto& f = r.found;
    std::printf("streams          %zu, open on average %zu; never cut %zu, incomplete %zu\n", options.streams,
                r.open_on_average, r.never_cut, r.incomplete);
    std::printf("connects         %lu, of which %lu without an event; reconnects after an event %lu\n", r.attempts,
                r.failed_attempts, r.reconnects);
    std::printf(
        "cuts             %lu, of which %lu within a piece of the server, %lu by reset; server not reached %lu\n",
        cut.cuts, cut.inside, cut.resets, cut.failed);
    std::printf("events           %lu of %lu published; duplicates %lu, missing %lu, out of order %lu, unknown %lu, "
                "repeated to the uncut client %lu, notices %lu\n",
                f.events, r.published, f.duplicates, f.missing, f.out_of_order, f.unknown, r.repeated, r.notices);
    std::printf("CPU              server %.1f s, proxies %.1f s, clients %.1f s\n", used.server, used.proxies,
                used.client);
}

} // namespace

int main(int argc, char** argv)
{
    const auto number = [&](const char* name, const char* value) {
        return std::atoi(take_option(argc, argv, name, value).c_str());
    };
    resume::crowd_options options;
    options.streams = static_cast<std::size_t>(std::max(1, number("--streams", "10000")));
    options.time = std::chrono::seconds(number("--for", "20"));
    options.wait = std::chrono::milliseconds(number("--wait", "1000"));
    options.patience = std::chrono::seconds(number("--patience", "120"));
    const auto seed = static_cast<unsigned>(number("--seed", "1"));
    const auto path = take_option(argc, argv, "--path", "/broadcast?ms=500");
    const auto promise = take_option(argc, argv, "--promise", "all");
    if (argc < 3 || (promise != "all" && promise != "order")) {
        fail("usage: resuming_clients [--streams N] [--for S] [--path PATH] [--promise all|order] [--wait MS] "
             "[--seed N] [--patience S] PORT COMMAND [ARG...]");
    }
    options.promise = promise == "all" ? resume::guarantee::all : resume::guarantee::order;
    const int port = std::atoi(argv[1]);
    raise_file_limit();
    server_process server({.command = {argv + 2, argv + argc}}, static_cast<std::uint16_t>(port));
    proxies between((options.streams + streams_per_proxy - 1) / streams_per_proxy, port, seed);
    options.server_url = url(port, path);
    for (const int each : between.ports()) {
        options.proxy_urls.push_back(url(each, path));
    }

    boost::asio::io_context context(1);
    resume::client_crowd crowd(context, options);
    const auto result = crowd.run();
    const cpu used{server.cpu_seconds(), between.cpu_seconds(), own_cpu_seconds()};
    print(options, result, between.end(), used);
    if (!result.end.empty()) {
        fail("a source has ended: " + result.end);
    }
    if (!result.keeps(options.promise)) {
        fail("the promise is broken: " + promise);
    }
    std::puts(promise == "all" ? "each event once and in order" : "no event twice or out of order in a connection");
    return 0;
}
