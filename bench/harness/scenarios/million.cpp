// million: holds a million streams on one machine. The server runs in the necessary number of processes.

#include <algorithm>
#include <filesystem>
#include <optional>
#include <sched.h>
#include <unistd.h>

#include "harness/scenarios/commands.hpp"
#include "harness/scenarios/million_hold.hpp"
#include "harness/scenarios/million_plan.hpp"
#include "harness/servers/peer_manifest.hpp"
#include "harness/servers/server_fleet.hpp"
#include "harness/support/duration.hpp"
#include "harness/support/interrupt.hpp"
#include "harness/support/output.hpp"
#include "harness/support/share.hpp"
#include "harness/support/text.hpp"

namespace bench {

namespace {

constexpr double server_timeout = 15; // seconds, for each server process

/// A file for the output of the servers. The destructor removes the file.
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
    std::string heartbeat_text(bool is_set) const
    {
        return is_set ? to_text(heartbeat_) + " after the last write to a stream" : "as the server chooses";
    }
    std::string path() const { return broadcast_ ? "/broadcast" : "/ticks"; }
    std::string target() const { return path() + "?ms=" + std::to_string(period_ms_); }
    load_options options_for(const million_plan& plan, const server_fleet& fleet) const;
    tl::expected<scenario_result, std::string> hold_all(scenario& settings, const million_plan& plan,
                                                        server_fleet& fleet, bool sets_heartbeat) const;

    million_request request_;
    std::string server_ = "rill";
    std::string root_ = default_root(), manifest_;
    std::uint16_t port_ = 17'000;
    std::uint32_t period_ms_ = 60'000;
    double ramp_ = -1; ///< streams per second; if negative, all streams are opened within one period
    std::chrono::nanoseconds duration_ = std::chrono::minutes(2);
    std::chrono::nanoseconds settle_ = std::chrono::seconds(2);
    std::chrono::nanoseconds timeout_ = std::chrono::seconds(30);
    std::chrono::nanoseconds max_ramp_ = std::chrono::minutes(5);
    std::chrono::nanoseconds max_p99_ = std::chrono::seconds(1);
    std::chrono::nanoseconds heartbeat_ = std::chrono::seconds(30);
    double busy_share_ = 0.95;
    bool broadcast_ = false;
    int server_core_ = -1; ///< if negative, the servers use all cores
    bool check_only_ = false, force_ = false;
    std::string json_;
};

void million_command::add_to(cli_command& command)
{
    command.add("--streams", request_.streams, "number of streams").show_default().range(1U, 10'000'000U);
    command.add("--ms", period_ms_, "time between two events of a stream, milliseconds")
        .show_default()
        .range(1U, 86'400'000U);
    command.add("--broadcast", broadcast_, "/broadcast instead of /ticks: the streams of a server get the same events");
    add_duration(command, "--for", duration_, "length of the measurement with all streams open");
    add_duration(command, "--settle", settle_, "pause between the opening of the last stream and the measurement");
    command
        .add("--ramp", ramp_,
             "connections opened per second; 0: as fast as the server responds; default: all within the time of --ms, "
             "which distributes the events evenly over it")
        .not_negative();
    add_duration(command, "--timeout", timeout_, "maximum time from connect() to the response head");
    add_duration(command, "--max-ramp", max_ramp_, "maximum length of the ramp; the rest of the streams is not opened");
    add_duration(command, "--max-p99", max_p99_,
                 "a number of streams holds if no stream fails, no event is lost, and 99 % of the events are at most "
                 "this late");
    add_share(
        command, "--cpu-limit", busy_share_,
        "the CPU is the limit if more than this share is used; the ramp then ends when it stalls, and streams are "
        "closed until the rest holds");
    add_duration(command, "--heartbeat", heartbeat_, "heartbeat of the servers, if they have an option for it");
    command.add("--server", server_, "name of the server in the manifest").show_default();
    command
        .add("--servers", request_.servers, "number of server processes, which share the port; 0: as many as necessary")
        .show_default()
        .range(0U, max_processes);
    command.add("--server-core", server_core_, "the only core that the servers use; default: all cores")
        .range(0, CPU_SETSIZE - 1);
    command
        .add("--stream-memory", request_.bytes_per_stream,
             "expected bytes per stream, both ends and the kernel, for the check of the available memory")
        .show_default();
    command.add("--port", port_, "port of the servers").show_default().range(1, 65'535);
    command.add("--manifest", manifest_, "the list of servers; default: bench/peers/peers.json of the source tree");
    command.add("--root", root_, "the source tree; the paths of the servers are relative to it").show_default();
    command.add("--check", check_only_, "only check the limits of this machine");
    command.add("--force", force_, "start even if a limit of the machine is too low");
    command.add("--json", json_, "file for the figures as a JSON object; - is standard output");
}

tl::expected<peer, std::string> million_command::server() const
{
    const auto found = read_peers(manifest_, root_).and_then([&](const auto& all) { return find_peer(all, server_); });
    if (found && std::find(found->endpoints.begin(), found->endpoints.end(), path()) == found->endpoints.end()) {
        return tl::unexpected("server '" + server_ + "' has no " + path());
    }
    return found;
}

load_options million_command::options_for(const million_plan& plan, const server_fleet& fleet) const
{
    load_options options;
    options.url = "http://127.0.0.1:" + std::to_string(port_) + target();
    options.streams = request_.streams;
    options.processes = std::to_string(plan.clients);
    options.ramp = ramp_ >= 0 ? ramp_ : std::max(request_.streams * 1000.0 / period_ms_, 1.0);
    options.response_timeout = timeout_;
    options.settle = settle_;
    options.server_pids = fleet.pids();
    options.json = json_;
    return options;
}

tl::expected<scenario_result, std::string> million_command::hold_all(scenario& settings, const million_plan& plan,
                                                                     server_fleet& fleet, bool sets_heartbeat) const
{
    std::uint64_t max_open_files = 0;
    settings.before_close = [&] {
        for (const auto pid : fleet.pids()) {
            max_open_files = std::max(max_open_files, open_files_of(pid));
        }
    };
    const auto figures = hold_million(settings, {duration_, max_ramp_, max_p99_, busy_share_});
    if (!figures) {
        return tl::unexpected(figures.error());
    }
    const auto& held = *figures->hold;
    const auto tcp_pages = held.after.machine.tcp / ::sysconf(_SC_PAGESIZE);
    scenario_result result{held.json(), held.text() + figures->text(), figures->faults(), figures->limited_by_cpu};
    figures->add_to(result.figures);
    result.figures["server"] = server_;
    result.figures["heartbeat_ms"] =
        sets_heartbeat ? boost::json::value(to_seconds(heartbeat_) * 1000) : boost::json::value(nullptr);
    result.figures["server_processes"] = plan.servers;
    result.figures["source_addresses"] = plan.addresses;
    result.figures["max_open_files_of_a_server"] = max_open_files;
    result.figures["tcp_mem_pages"] = tcp_pages;
    result.text += "heartbeat " + heartbeat_text(sets_heartbeat) + "\n" + "kernel    " +
                   grouped(static_cast<std::uint64_t>(tcp_pages)) + " pages of TCP buffers (tcp_mem)\n" + "spread    " +
                   distribution(plan, server_) + "; the server with the most streams has " + grouped(max_open_files) +
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
        return print_error(chosen.error(), bad_usage);
    }
    const auto plan = force_ ? plan_processes(request_, limits) : plan_million(request_, limits);
    if (!plan) {
        return print_error("the limits of this machine are too low for " + grouped(request_.streams) + " streams:\n" +
                               to_text(plan.error()),
                           could_not_run);
    }
    watch_for_interrupts();
    progress shown(stderr);
    const bool sets_heartbeat = !chosen->heartbeat.empty();
    shown.print("rill-bench: " + grouped(request_.streams) + " streams in " + distribution(*plan, server_) +
                "; heartbeat " + heartbeat_text(sets_heartbeat));
    if (check_only_) {
        return all_good;
    }
    auto command = command_of(*chosen, port_, period_ms_);
    command.insert(command.begin(), root_ + "/bench/peers/start");
    for (auto& word : heartbeat_arguments(*chosen, std::chrono::duration_cast<std::chrono::milliseconds>(heartbeat_))) {
        command.push_back(std::move(word));
    }
    const temporary_log log;
    const auto core = server_core_ < 0 ? std::nullopt : std::optional(static_cast<unsigned>(server_core_));
    const auto fleet = server_fleet::start({std::move(command), core, log.path}, plan->servers, port_, target(),
                                           server_timeout, shown);
    if (!fleet) {
        return print_error(fleet.error(), interrupted() ? was_interrupted : could_not_run);
    }
    shown.clear();
    return run_scenario("million", options_for(*plan, **fleet),
                        [&](scenario& settings) { return hold_all(settings, *plan, **fleet, sets_heartbeat); });
}

} // namespace

void add_million_command(cli_command& program, command_body& selected)
{
    auto command = program.add_subcommand("million", "hold a million streams on this machine, servers included");
    const auto body = std::make_shared<million_command>();
    body->add_to(command);
    command.on_selected([body, &selected] { selected = [body] { return body->run(); }; });
}

} // namespace bench
