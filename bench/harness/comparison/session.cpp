#include "harness/comparison/session.hpp"

#include <algorithm>
#include <filesystem>

#include "harness/machine/child_program.hpp"
#include "harness/machine/process_stats.hpp"
#include "harness/servers/server_start.hpp"
#include "harness/support/clock.hpp"
#include "harness/support/files.hpp"
#include "harness/support/interrupt.hpp"
#include "harness/support/text.hpp"

namespace bench {

namespace {

constexpr double start_timeout = 15;
constexpr double stop_timeout = 3;
// maximum time in seconds from the end of a measurement to the end of the client
constexpr double client_overrun_limit = 300;

/// Returns the JSON of `hold`. Empty if the file has no JSON object.
boost::json::object read_figures(const std::string& file)
{
    boost::json::error_code error;
    auto value = boost::json::parse(read_file(file), error);
    return !error && value.is_object() ? std::move(value.get_object()) : boost::json::object();
}

/// Returns the reason why a run of `hold` that ended with `code` is not valid. Empty if the run is valid.
std::string fault_in(const boost::json::object& hold, int code, const std::string& log)
{
    if (const auto* faults = hold.if_contains("faults");
        faults != nullptr && faults->is_string() && !faults->get_string().empty())
    {
        return std::string(faults->get_string());
    }
    return code == 0 ? "" : "the client ended with " + std::to_string(code) + ": " + last_line(log);
}

/// Waits for the end of a program. Kills the program after `timeout` seconds or if interrupted() becomes true.
int wait_for(child_program& program, double timeout)
{
    const auto deadline = now_ns() + static_cast<std::int64_t>(timeout * 1e9);
    while (!program.exit_code() && !interrupted() && now_ns() < deadline) {
        sleep_ns(20'000'000);
    }
    program.stop(stop_timeout);
    return *program.exit_code();
}

} // namespace

compare_session::compare_session(compare_settings settings, std::vector<peer> peers, comparison& into, progress& shown)
    : settings_(std::move(settings)), peers_(std::move(peers)), all_(into), shown_(shown)
{}

bool compare_session::takes_part(const compared_server& server, const compared_load& asked) const
{
    return server.missing.empty() &&
           std::find(server.endpoints.begin(), server.endpoints.end(), asked.endpoint) != server.endpoints.end();
}

std::size_t compare_session::runs_per_round() const
{
    std::size_t count = 0;
    for (const auto& asked : all_.loads) {
        count += static_cast<std::size_t>(std::count_if(all_.servers.begin(), all_.servers.end(),
                                                        [&](const auto& server) { return takes_part(server, asked); }));
    }
    return count;
}

void compare_session::run(unsigned rounds, const std::function<void()>& after_round)
{
    planned_ = rounds * runs_per_round();
    for (const unsigned last = all_.rounds + rounds; all_.rounds < last;) {
        ++all_.rounds;
        for (const auto& asked : all_.loads) {
            for (std::size_t i = 0; i < peers_.size(); ++i) {
                if (!takes_part(all_.servers[i], asked)) {
                    continue;
                }
                auto run = run_one(peers_[i], asked, all_.rounds);
                if (interrupted()) {
                    return;
                }
                shown_.print(result_line(run));
                all_.runs.push_back(std::move(run));
            }
        }
        after_round();
    }
}

comparison_run compare_session::run_one(const peer& server, const compared_load& asked, unsigned round)
{
    comparison_run run{.server = server.name, .asked = asked, .round = round};
    ++started_;
    shown_.show([&] {
        return "run " + std::to_string(started_) + " of " + std::to_string(planned_) + ", round " +
               std::to_string(round) + ": " + server.name + ", " + to_text(asked);
    });
    if (const auto port = next_port()) {
        measure(run, server, *port);
    } else {
        run.failure = "other programs use all " + std::to_string(compare_ports) + " ports from " +
                      std::to_string(settings_.first_port);
    }
    return run;
}

std::optional<std::uint16_t> compare_session::next_port()
{
    for (unsigned tries = 0; tries < compare_ports; ++tries) {
        const auto port = static_cast<std::uint16_t>(settings_.first_port + next_port_++ % compare_ports);
        if (!is_port_taken(port)) {
            return port;
        }
        shown_.print("port " + std::to_string(port) + " is in use by another program: trying the next port");
    }
    return std::nullopt;
}

void compare_session::measure(comparison_run& run, const peer& server, std::uint16_t port)
{
    auto command = command_of(server, port, all_.period_ms);
    command.insert(command.begin(), settings_.root + "/bench/peers/start");
    const auto log = settings_.folder + "/" + server.name + ".log";
    const auto started =
        start_server({std::move(command), settings_.server_core, log}, port, target_of(run.asked), start_timeout);
    if (!started) {
        run.failure = started.error();
        return;
    }
    const auto figures = settings_.folder + "/hold.json";
    const auto client_log = settings_.folder + "/hold.log";
    std::filesystem::remove(figures);
    program_start hold{{"/proc/self/exe", "hold", "http://127.0.0.1:" + std::to_string(port) + target_of(run.asked),
                        "--streams", std::to_string(run.asked.streams), "--for", settings_.hold_for, "--settle",
                        settings_.settle, "--json", figures},
                       settings_.client_core,
                       client_log};
    for (const auto pid : process_tree((*started)->pid())) {
        hold.command.insert(hold.command.end(), {"--server-pid", std::to_string(pid)});
    }
    const auto client = child_program::start(hold);
    if (!client) {
        run.failure = client.error();
        return;
    }
    const auto code = wait_for(**client, all_.seconds + client_overrun_limit);
    const auto server_code = (*started)->exit_code();
    (*started)->stop(stop_timeout);
    run.hold = read_figures(figures);
    run.failure = fault_in(run.hold, code, client_log);
    if (server_code) {
        run.failure = "the server ended with " + std::to_string(*server_code) + ": " + last_line(log);
    }
    if (run.failure.empty()) {
        if (auto measured = figures_of(run.hold)) {
            run.measured = *measured;
        } else {
            run.failure = measured.error();
        }
    }
}

std::string compare_session::target_of(const compared_load& asked) const
{
    return asked.endpoint + "?ms=" + std::to_string(all_.period_ms);
}

std::string compare_session::result_line(const comparison_run& run) const
{
    const auto prefix = std::to_string(started_) + "/" + std::to_string(planned_) + "  round " +
                        std::to_string(run.round) + "  " + to_text(run.asked) + "  " + run.server + ": ";
    return prefix + (run.failure.empty()
                         ? readable(run.measured.events_per_cpu_s) + " events/CPU-s, " +
                               readable(run.measured.pss_bytes_per_stream) + " B/stream, p50 and p99 " +
                               readable(run.measured.p50_ms) + " and " + readable(run.measured.p99_ms) + " ms"
                         : "FAILED, " + run.failure);
}

} // namespace bench
