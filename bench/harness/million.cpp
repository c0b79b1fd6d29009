// million: as many streams as one machine can hold, with a server in as many processes as that takes.

#include <algorithm>
#include <filesystem>
#include <unistd.h>

#include "harness/command.hpp"
#include "harness/compare_peers.hpp"
#include "harness/compare_request.hpp"
#include "harness/duration.hpp"
#include "harness/hold.hpp"
#include "harness/interrupt.hpp"
#include "harness/million_plan.hpp"
#include "harness/output.hpp"
#include "harness/server_fleet.hpp"
#include "harness/text.hpp"

namespace bench {

namespace {

constexpr double start_patience = 15; // seconds, for each server

/// A file for what the servers print, which goes when it is no longer needed.
struct temporary_log
{
    temporary_log() = default;
    temporary_log(const temporary_log&) = delete;
    temporary_log& operator=(const temporary_log&) = delete;
    ~temporary_log()
    {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
    }
    std::string path =
        (std::filesystem::temp_directory_path() / ("rill-bench-million-" + std::to_string(::getpid()) + ".log"))
            .string();
};

std::string counted(unsigned number, const std::string& one, const std::string& more)
{
    return grouped(number) + " " + (number == 1 ? one : more);
}

std::string distribution(const million_plan& plan, const std::string& server)
{
    return counted(plan.servers, "process", "processes") + " of " + server + ", from " +
           counted(plan.clients, "client", "clients") + " on " + counted(plan.addresses, "address", "addresses");
}

class million_command
{
public:
    void add_to(cli_command& command);
    int run() const;

private:
    tl::expected<peer, std::string> server() const;
    std::string target() const { return "/ticks?ms=" + std::to_string(period_ms_); }
    load_options options_for(const million_plan& plan, const server_fleet& fleet) const;
    tl::expected<scenario_result, std::string> hold_all(scenario& settings, const million_plan& plan,
                                                        server_fleet& fleet) const;

    million_wish wish_;
    std::string server_ = "rill";
    std::string root_ = source_tree(), manifest_;
    std::uint16_t port_ = 17'000;
    std::uint32_t period_ms_ = 60'000;
    double ramp_ = -1; ///< streams a second; negative: all within a period
    std::chrono::nanoseconds duration_ = std::chrono::minutes(2);
    std::chrono::nanoseconds settle_ = std::chrono::seconds(2);
    std::chrono::nanoseconds timeout_ = std::chrono::seconds(30);
    bool only_checks_ = false, force_ = false;
    std::string json_;
};

void million_command::add_to(cli_command& command)
{
    command.add("--streams", wish_.streams, "how many streams").show_default().range(1U, 10'000'000U);
    command.add("--ms", period_ms_, "time between two events of a stream, milliseconds")
        .show_default()
        .range(1U, 86'400'000U);
    add_duration(command, "--for", duration_, "how long to measure with all streams open");
    add_duration(command, "--settle", settle_, "pause before measuring, once all streams are open");
    command
        .add("--ramp", ramp_,
             "connections opened a second; 0: as fast as they are answered; default: all within the time of --ms, "
             "which spreads the events evenly over it")
        .not_negative();
    add_duration(command, "--timeout", timeout_, "how long a server may take to answer a request");
    command.add("--server", server_, "which server, by its name in the manifest").show_default();
    command.add("--servers", wish_.servers, "server processes, which share the port; 0: as many as it takes")
        .show_default()
        .range(0U, most_processes);
    command
        .add("--stream-memory", wish_.bytes_per_stream,
             "bytes that a stream takes, both ends and the kernel: what is checked before it begins")
        .show_default();
    command.add("--port", port_, "the servers' port").show_default().range(1, 65'535);
    command.add("--manifest", manifest_, "the list of servers; default: bench/peers/peers.json of the source tree");
    command.add("--root", root_, "the source tree, where the servers' paths begin").show_default();
    command.add("--check", only_checks_, "only say whether this machine allows it");
    command.add("--force", force_, "begin although a limit seems to be in the way");
    command.add("--json", json_, "file for the figures as one JSON object; - is standard output");
}

tl::expected<peer, std::string> million_command::server() const
{
    const auto found = read_peers(manifest_, root_).and_then([&](const auto& all) { return find_peer(all, server_); });
    if (found && std::find(found->endpoints.begin(), found->endpoints.end(), "/ticks") == found->endpoints.end()) {
        return tl::unexpected("server '" + server_ + "' has no /ticks");
    }
    return found;
}

load_options million_command::options_for(const million_plan& plan, const server_fleet& fleet) const
{
    load_options options;
    options.url = "http://127.0.0.1:" + std::to_string(port_) + target();
    options.streams = wish_.streams;
    options.processes = std::to_string(plan.clients);
    options.ramp = ramp_ >= 0 ? ramp_ : std::max(wish_.streams * 1000.0 / period_ms_, 1.0);
    options.answer_timeout = timeout_;
    options.settle = settle_;
    options.server_pids = fleet.pids();
    options.json = json_;
    return options;
}

tl::expected<scenario_result, std::string> million_command::hold_all(scenario& settings, const million_plan& plan,
                                                                     server_fleet& fleet) const
{
    std::uint64_t most_files = 0;
    settings.at_full_count = [&] {
        for (const auto pid : fleet.pids()) {
            most_files = std::max(most_files, open_files_of(pid));
        }
    };
    const auto figures = hold(settings, duration_);
    if (!figures) {
        return tl::unexpected(figures.error());
    }
    const auto& held = **figures;
    const auto tcp_pages = held.after.machine.tcp / ::sysconf(_SC_PAGESIZE);
    scenario_result result{held.json(), held.text(), held.faults()};
    result.figures["server"] = server_;
    result.figures["server_processes"] = plan.servers;
    result.figures["source_addresses"] = plan.addresses;
    result.figures["most_files_of_a_server"] = most_files;
    result.figures["tcp_mem_pages"] = tcp_pages;
    result.text += "kernel    " + grouped(static_cast<std::uint64_t>(tcp_pages)) + " pages of TCP buffers (tcp_mem)\n" +
                   "spread    " + distribution(plan, server_) + "; the fullest server has " + grouped(most_files) +
                   " open files\n";
    if (const auto ended = fleet.ended()) {
        result.faults += (result.faults.empty() ? "" : "; ") + *ended;
    }
    return result;
}

int million_command::run() const
{
    const auto limits = machine_limits::here();
    const auto chosen = server();
    if (!chosen) {
        return complain(chosen.error(), bad_usage);
    }
    const auto plan = force_ ? plan_processes(wish_, limits) : plan_million(wish_, limits);
    if (!plan) {
        return complain("this machine does not allow " + grouped(wish_.streams) + " streams as it is:\n" +
                            to_text(plan.error()),
                        could_not_run);
    }
    watch_for_interrupts();
    progress shown(stderr);
    shown.say("rill-bench: " + grouped(wish_.streams) + " streams in " + distribution(*plan, server_));
    if (only_checks_) {
        return all_good;
    }
    auto command = command_of(*chosen, port_, period_ms_);
    command.insert(command.begin(), root_ + "/bench/peers/start");
    const temporary_log log;
    const auto fleet =
        server_fleet::start({std::move(command), {}, log.path}, plan->servers, port_, target(), start_patience, shown);
    if (!fleet) {
        return complain(fleet.error(), interrupted() ? was_interrupted : could_not_run);
    }
    shown.clear();
    return run_scenario("million", options_for(*plan, **fleet),
                        [&](scenario& settings) { return hold_all(settings, *plan, **fleet); });
}

} // namespace

void add_million_command(cli_command& program, command_body& chosen)
{
    auto command = program.add_subcommand("million", "hold a million streams on this machine, servers included");
    const auto body = std::make_shared<million_command>();
    body->add_to(command);
    command.when_chosen([body, &chosen] { chosen = [body] { return body->run(); }; });
}

} // namespace bench
