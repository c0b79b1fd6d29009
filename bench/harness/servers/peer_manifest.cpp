#include "harness/servers/peer_manifest.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>

#include "harness/machine/process_stats.hpp"
#include "harness/support/files.hpp"
#include "harness/support/text.hpp"

namespace bench {

namespace json = boost::json;

namespace {

/// Throws if a member is missing or has another type.
peer peer_from(const json::object& object)
{
    peer result{.name = json::value_to<std::string>(object.at("name")),
                .title = json::value_to<std::string>(object.at("title")),
                .command = json::value_to<std::vector<std::string>>(object.at("command")),
                .endpoints = json::value_to<std::vector<std::string>>(object.at("endpoints"))};
    if (const auto* note = object.if_contains("note")) {
        result.note = json::value_to<std::string>(*note);
    }
    if (const auto* build = object.if_contains("build")) {
        result.build = json::value_to<std::string>(*build);
    }
    if (const auto* heartbeat = object.if_contains("heartbeat")) {
        result.heartbeat = json::value_to<std::vector<std::string>>(*heartbeat);
    }
    return result;
}

std::string fault_of(const std::vector<peer>& so_far, const peer& next)
{
    if (next.name.empty() || next.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") != next.name.npos) {
        return "'" + next.name + "' is not a name: use small letters, digits, - and _";
    }
    if (std::any_of(so_far.begin(), so_far.end(), [&](const auto& each) { return each.name == next.name; })) {
        return "'" + next.name + "' occurs twice";
    }
    if (next.command.empty() || next.command.front().empty()) {
        return "'" + next.name + "' has no command";
    }
    for (const auto& endpoint : next.endpoints) {
        if (endpoint != "/ticks" && endpoint != "/broadcast") {
            return "'" + next.name + "' has an unknown endpoint '" + endpoint + "'";
        }
    }
    return {};
}

/// Reads the file `name` in the build folder of the server, and returns its first line. If the server has no build
/// folder, or if the file does not exist, returns an empty string.
std::string build_note(const peer& server, const std::string& root, std::string_view name)
{
    if (server.build.empty()) {
        return {};
    }
    const auto text = read_file((std::filesystem::path(root) / server.build / name).string());
    return text.substr(0, text.find('\n'));
}

} // namespace

std::string default_root()
{
    return RILL_ROOT;
}

tl::expected<std::vector<peer>, std::string> parse_peers(std::string_view text)
{
    std::vector<peer> result;
    try {
        const auto parsed = json::parse({text.data(), text.size()});
        for (const auto& each : parsed.as_array()) {
            auto next = peer_from(each.as_object());
            if (const auto fault = fault_of(result, next); !fault.empty()) {
                return tl::unexpected(fault);
            }
            result.push_back(std::move(next));
        }
    } catch (const std::exception& e) {
        return tl::unexpected("server " + std::to_string(result.size() + 1) + ": " + e.what());
    }
    return result;
}

tl::expected<std::vector<peer>, std::string> read_peers(const std::string& file, const std::string& root)
{
    const auto path = file.empty() ? root + "/bench/peers/peers.json" : file;
    const auto text = read_file(path);
    if (text.empty()) {
        return tl::unexpected("cannot read " + path);
    }
    return parse_peers(text).map_error([&](const auto& why) { return path + ": " + why; });
}

std::vector<std::string> command_of(const peer& server, std::uint16_t port, std::uint32_t period_ms)
{
    auto result = server.command;
    for (auto& word : result) {
        replace_all(word, "{port}", std::to_string(port));
        replace_all(word, "{ms}", std::to_string(period_ms));
    }
    return result;
}

std::string version_of(const peer& server, const std::string& root)
{
    return build_note(server, root, "version");
}

std::string missing_reason(const peer& server, const std::string& root)
{
    if (std::filesystem::exists(std::filesystem::path(root) / server.command.front())) {
        return {};
    }
    const auto skipped = build_note(server, root, "skipped");
    return "not built: " + (skipped.empty() ? "there is no " + server.command.front() : skipped);
}

std::vector<std::string> heartbeat_arguments(const peer& server, std::chrono::milliseconds heartbeat)
{
    auto result = server.heartbeat;
    for (auto& word : result) {
        replace_all(word, "{heartbeat}", std::to_string(heartbeat.count()) + "ms");
    }
    return result;
}

tl::expected<peer, std::string> find_peer(const std::vector<peer>& all, std::string_view name)
{
    std::string known;
    for (const auto& each : all) {
        if (each.name == name) {
            return each;
        }
        known += " " + each.name;
    }
    return tl::unexpected("no server '" + std::string(name) + "'; there are:" + known);
}

tl::expected<std::vector<peer>, std::string> choose_peers(const std::vector<peer>& all,
                                                          const std::vector<std::string>& names, std::string_view floor)
{
    const auto is_named = [&](const std::string& name) {
        return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
    };
    for (const auto& name : names) {
        if (const auto found = find_peer(all, name); !found) {
            return tl::unexpected(found.error());
        }
    }
    std::vector<peer> result;
    for (const auto& each : all) {
        if (each.name == floor) {
            result.insert(result.begin(), each);
        } else if (is_named(each.name)) {
            result.push_back(each);
        }
    }
    if (result.empty() || result.front().name != floor) {
        return tl::unexpected("the list of servers has no '" + std::string(floor) + "' to compare with");
    }
    return result;
}

} // namespace bench
