#include <algorithm>
#include <ctime>
#include <filesystem>
#include <sched.h>
#include <sstream>

#include "harness/command.hpp"
#include "harness/compare_session.hpp"
#include "harness/duration.hpp"
#include "harness/interrupt.hpp"
#include "harness/machine.hpp"
#include "harness/output.hpp"
#include "harness/process_stats.hpp"
#include "harness/report_files.hpp"
#include "harness/report_table.hpp"
#include "harness/text.hpp"

namespace bench {

namespace {

constexpr std::string_view floor_name = "floor";
constexpr std::uint64_t spare_files = 100; // of a server, for anything but streams

/// The command line as it was written.
struct compare_command
{
    std::vector<std::string> servers;
    std::vector<std::uint32_t> streams{1000, 4000, 15'000};
    std::vector<std::uint32_t> broadcast_streams; ///< empty: the greatest of `streams`
    std::vector<std::string> endpoints{"ticks", "broadcast"};
    std::uint32_t period_ms = 1000;
    unsigned rounds = 3;
    std::string root = RILL_ROOT;
    std::string manifest; ///< empty: the one below root
    std::string folder = "rill-compare";
    std::string json;
    compare_settings settings{.first_port = 18'000, .server_core = 0, .client_core = 1};

    void add_to(CLI::App& command);
    int run() const;

private:
    std::vector<compared_load> loads() const;
    tl::expected<std::vector<peer>, std::string> peers() const;
    tl::expected<void, std::string> check(const machine& here) const;
    tl::expected<comparison, std::string> prepare(const std::vector<peer>& chosen, const machine& here) const;
    std::string as_text() const;
};

void compare_command::add_to(CLI::App& command)
{
    command.add_option("SERVER", servers, "those to compare, beside the floor; default: all that are built");
    command.add_option("--streams", streams, "how many streams; several give curves")
        ->delimiter(',')
        ->capture_default_str()
        ->check(CLI::Range(1U, 10'000'000U));
    command
        .add_option("--broadcast-streams", broadcast_streams,
                    "the same for broadcast; default: the greatest of --streams")
        ->delimiter(',')
        ->check(CLI::Range(1U, 10'000'000U));
    command.add_option("--endpoint", endpoints, "ticks (a timer for each stream), broadcast (one for all), or both")
        ->delimiter(',')
        ->capture_default_str()
        ->check(CLI::IsMember({"ticks", "broadcast"}));
    command.add_option("--ms", period_ms, "time between two events of a stream, milliseconds")
        ->capture_default_str()
        ->check(CLI::Range(1U, 86'400'000U));
    command.add_option("--for", settings.hold_for, "how long each run is measured")->capture_default_str();
    command.add_option("--settle", settings.settle, "pause before it, once all streams are open")
        ->capture_default_str();
    command.add_option("--rounds", rounds, "rounds, at least 2: a single run is no basis for anything")
        ->capture_default_str()
        ->check(CLI::Range(2U, 1000U));
    command
        .add_option("--out", folder,
                    "folder for compare.json, report.html, the plots and logs; made if it is not there")
        ->capture_default_str();
    command.add_option("--json", json, "a further file for all runs as one JSON object; - is standard output");
    command.add_option("--port", settings.first_port, "the first of 200 ports that the servers use in turn")
        ->capture_default_str()
        ->check(CLI::Range(1, 65'335));
    command.add_option("--server-core", settings.server_core, "the core that servers run on")->capture_default_str();
    command.add_option("--client-core", settings.client_core, "the core that the client runs on")
        ->capture_default_str();
    command.add_option("--manifest", manifest,
                       "the list of servers; default: bench/peers/peers.json of the source tree");
    command.add_option("--root", root, "the source tree, where the servers' paths begin")->capture_default_str();
}

std::string now_as_text()
{
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    ::localtime_r(&now, &local);
    char text[40];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S%z", &local)};
}

template <class T>
std::string joined(const std::vector<T>& items)
{
    std::ostringstream result;
    for (const auto& item : items) {
        result << (&item == &items.front() ? "" : ",") << item;
    }
    return result.str();
}

tl::expected<std::vector<peer>, std::string> compare_command::peers() const
{
    const auto file = manifest.empty() ? root + "/bench/peers/peers.json" : manifest;
    const auto text = read_file(file);
    if (text.empty()) {
        return tl::unexpected("can't read " + file);
    }
    return parse_peers(text)
        .and_then([&](const auto& all) { return choose_peers(all, servers, floor_name); })
        .map_error([&](const auto& why) { return file + ": " + why; });
}

std::vector<compared_load> compare_command::loads() const
{
    std::vector<compared_load> result;
    for (const auto& endpoint : endpoints) {
        const auto counts = endpoint != "broadcast"     ? streams
                            : broadcast_streams.empty() ? std::vector{*std::max_element(streams.begin(), streams.end())}
                                                        : broadcast_streams;
        for (const auto count : counts) {
            if (const compared_load next{"/" + endpoint, count};
                std::find(result.begin(), result.end(), next) == result.end())
            {
                result.push_back(next);
            }
        }
    }
    return result;
}

tl::expected<void, std::string> compare_command::check(const machine& here) const
{
    std::uint32_t most = 0;
    for (const auto& asked : loads()) {
        most = std::max(most, asked.streams);
    }
    if (most + spare_files > here.open_files) {
        return tl::unexpected(grouped(most) + " streams: each server is one process, which may have " +
                              std::to_string(here.open_files) + " open files");
    }
    cpu_set_t cores;
    if (::sched_getaffinity(0, sizeof cores, &cores) != 0) {
        return tl::unexpected(std::string("can't tell the cores that may be used"));
    }
    for (const auto core : {settings.server_core, settings.client_core}) {
        if (core >= CPU_SETSIZE || !CPU_ISSET(core, &cores)) {
            return tl::unexpected(
                "core " + std::to_string(core) +
                " is not there, or may not be used; choose others by --server-core and --client-core");
        }
    }
    return {};
}

tl::expected<comparison, std::string> compare_command::prepare(const std::vector<peer>& chosen,
                                                               const machine& here) const
{
    const auto seconds = parse_duration(settings.hold_for);
    const auto settle = parse_duration(settings.settle);
    if (!seconds || !settle) {
        return tl::unexpected(!seconds ? "--for: " + seconds.error() : "--settle: " + settle.error());
    }
    comparison all{.date = now_as_text(),
                   .command = as_text(),
                   .machine = here.json(),
                   .period_ms = period_ms,
                   .seconds = to_seconds(*seconds),
                   .rounds = rounds,
                   .floor = std::string(floor_name),
                   .loads = loads(),
                   .servers = {},
                   .runs = {}};
    all.machine["text"] = here.text();
    for (const auto& each : chosen) {
        compared_server server{.name = each.name, .title = each.title, .note = each.note};
        server.command = each.command.front();
        server.endpoints = each.endpoints;
        if (!std::filesystem::exists(std::filesystem::path(root) / each.command.front())) {
            server.missing = "not built: there is no " + each.command.front();
        }
        all.servers.push_back(std::move(server));
    }
    return all;
}

std::string compare_command::as_text() const
{
    std::string result = "rill-bench compare";
    for (const auto& each : servers) {
        result += " " + each;
    }
    result += " --endpoint " + joined(endpoints) + " --streams " + joined(streams);
    if (!broadcast_streams.empty()) {
        result += " --broadcast-streams " + joined(broadcast_streams);
    }
    return result + " --ms " + std::to_string(period_ms) + " --for " + settings.hold_for + " --settle " +
           settings.settle + " --rounds " + std::to_string(rounds);
}

int compare_command::run() const
{
    const auto here = machine::here();
    const auto chosen = peers();
    if (!chosen) {
        return complain(chosen.error(), bad_usage);
    }
    if (const auto good = check(here); !good) {
        return complain(good.error(), bad_usage);
    }
    auto all = prepare(*chosen, here);
    if (!all) {
        return complain(all.error(), bad_usage);
    }
    auto with_paths = settings;
    with_paths.root = root;
    with_paths.folder = folder + "/logs";
    std::error_code error;
    std::filesystem::remove_all(with_paths.folder, error);
    if (!std::filesystem::create_directories(with_paths.folder, error)) {
        return complain("can't make the folder " + with_paths.folder + ": " + error.message(), could_not_run);
    }
    watch_for_interrupts();
    progress shown(stderr);
    compare_session session(with_paths, *chosen, *all, shown);
    shown.say("rill-bench: " + std::to_string(session.planned_runs()) + " runs on " + here.text());
    session.run([&] { write_report(*all, folder); });
    shown.clear();
    if (interrupted()) {
        return complain("interrupted; " + folder + " has the rounds that were complete", was_interrupted);
    }
    if (const auto written = write_report(*all, folder); !written) {
        return complain(written.error(), could_not_run);
    }
    if (!write_figures(json, to_json(*all), markdown_report(*all))) {
        return could_not_run;
    }
    shown.say("\nreport: " + std::filesystem::absolute(folder + "/report.html").lexically_normal().string());
    const bool all_fine =
        std::all_of(all->runs.begin(), all->runs.end(), [](const auto& run) { return run.failure.empty(); });
    return all_fine ? all_good : found_fault;
}

} // namespace

void add_compare_command(CLI::App& app, command_body& chosen)
{
    auto* command = app.add_subcommand("compare", "compare servers under the same load, in interleaved rounds");
    const auto body = std::make_shared<compare_command>();
    body->add_to(*command);
    command->callback([body, &chosen] { chosen = [body] { return body->run(); }; });
}

} // namespace bench
