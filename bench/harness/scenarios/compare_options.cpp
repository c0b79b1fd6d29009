#include "harness/scenarios/compare_options.hpp"

#include <algorithm>
#include <ctime>
#include <sched.h>
#include <sstream>

#include "harness/machine/process_stats.hpp"
#include "harness/support/duration.hpp"
#include "harness/support/files.hpp"
#include "harness/support/text.hpp"

namespace bench {

namespace {

constexpr std::string_view floor_name = "floor";

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

} // namespace

void compare_options::add_to(cli_command& command)
{
    command.add("SERVER", servers, "servers to compare with the floor; default: all that are built");
    command.add("--streams", streams, "number of streams; several numbers give curves")
        .comma_separated()
        .show_default()
        .range(1U, 10'000'000U);
    command.add("--broadcast-streams", broadcast_streams, "the same for broadcast; default: the highest of --streams")
        .comma_separated()
        .range(1U, 10'000'000U);
    command.add("--endpoint", endpoints, "ticks (a timer for each stream), broadcast (one for all), or both")
        .comma_separated()
        .show_default()
        .one_of({"ticks", "broadcast"});
    command.add("--ms", period_ms, "time between two events of a stream, milliseconds")
        .show_default()
        .range(1U, 86'400'000U);
    command.add("--for", settings.hold_for, "length of each measurement").show_default();
    command.add("--settle", settings.settle, "pause between the opening of the last stream and the measurement")
        .show_default();
    command
        .add("--rounds", rounds,
             "number of rounds; at least 2 without --add, because a single run is no basis for figures")
        .show_default()
        .range(1U, 1000U);
    command.add("--add", add, "add the rounds to the comparison in the folder of --out, if there is one");
    command.add("--out", folder, "folder for compare.json, report.html, the charts and the logs; created if necessary")
        .show_default();
    command.add("--json", json, "an additional file for all runs as a JSON object; - is standard output");
    command.add("--port", settings.first_port, "the first of 200 ports that the servers use in turn")
        .show_default()
        .range(1, 65'335);
    command.add("--server-core", settings.server_core, "the core for the servers").show_default();
    command.add("--client-core", settings.client_core, "the core for the client").show_default();
    command.add("--manifest", manifest, "the list of servers; default: bench/peers/peers.json of the source tree");
    command.add("--root", root, "the source tree; the paths of the servers are relative to it").show_default();
}

tl::expected<std::vector<peer>, std::string> compare_options::peers() const
{
    return read_peers(manifest, root).and_then([&](const auto& all) { return choose_peers(all, servers, floor_name); });
}

std::vector<compared_load> compare_options::loads() const
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

tl::expected<void, std::string> compare_options::check(const machine& here) const
{
    if (rounds < 2 && !add) {
        return tl::unexpected(
            std::string("--rounds 1: a single run is no basis for figures (--add can add single rounds)"));
    }
    std::uint32_t most = 0;
    for (const auto& asked : loads()) {
        most = std::max(most, asked.streams);
    }
    if (most + server_spare_files > here.open_files) {
        return tl::unexpected(grouped(most) + " streams: each server is one process, whose limit is " +
                              std::to_string(here.open_files) + " open files");
    }
    cpu_set_t cores;
    if (::sched_getaffinity(0, sizeof cores, &cores) != 0) {
        return tl::unexpected(std::string("cannot read the usable cores"));
    }
    for (const auto core : {settings.server_core, settings.client_core}) {
        if (core >= CPU_SETSIZE || !CPU_ISSET(core, &cores)) {
            return tl::unexpected(
                "core " + std::to_string(core) +
                " does not exist or is not usable; choose other cores with --server-core and --client-core");
        }
    }
    return {};
}

tl::expected<comparison, std::string> compare_options::prepare(const std::vector<peer>& chosen,
                                                               const machine& here) const
{
    return check(here).and_then([&] { return begin(chosen, here); }).and_then([&](comparison&& begun) {
        return add ? add_to_existing(std::move(begun)) : std::move(begun);
    });
}

tl::expected<comparison, std::string> compare_options::begin(const std::vector<peer>& chosen, const machine& here) const
{
    const auto seconds = parse_duration(settings.hold_for);
    const auto settle = parse_duration(settings.settle);
    if (!seconds || !settle) {
        return tl::unexpected(!seconds ? "--for: " + seconds.error() : "--settle: " + settle.error());
    }
    comparison all{.date = now_as_text(),
                   .command = as_text(rounds),
                   .machine = here.json(),
                   .period_ms = period_ms,
                   .seconds = to_seconds(*seconds),
                   .rounds = 0,
                   .floor = std::string(floor_name),
                   .loads = loads(),
                   .servers = {},
                   .runs = {}};
    all.machine["text"] = here.text();
    for (const auto& each : chosen) {
        compared_server server{.name = each.name, .title = each.title, .note = each.note};
        server.command = each.command.front();
        server.endpoints = each.endpoints;
        server.missing = missing_reason(each, root);
        server.version = server.missing.empty() ? version_of(each, root) : "";
        all.servers.push_back(std::move(server));
    }
    return all;
}

tl::expected<comparison, std::string> compare_options::add_to_existing(comparison&& begun) const
{
    const auto text = read_file(folder + "/compare.json");
    if (text.empty()) {
        return std::move(begun);
    }
    boost::json::error_code error;
    auto earlier = comparison_from(boost::json::parse(text, error));
    if (!earlier) {
        return tl::unexpected("--add: " + folder + "/compare.json is " + earlier.error());
    }
    // All settings that affect the figures must be equal:
    auto expected = to_json(begun);
    auto found = to_json(*earlier);
    for (const auto* key : {"servers", "loads", "period_ms", "seconds", "floor", "machine"}) {
        if (expected[key] != found[key]) {
            return tl::unexpected("--add: the comparison in " + folder + " has other " + key);
        }
    }
    earlier->command = as_text(earlier->rounds + rounds);
    return std::move(*earlier);
}

std::string compare_options::as_text(unsigned all_rounds) const
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
           settings.settle + " --rounds " + std::to_string(all_rounds);
}

} // namespace bench
