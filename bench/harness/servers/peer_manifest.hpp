#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace bench {

/// Returns the source tree from which this program was built.
std::string default_root();

/// A server that can be measured. bench/peers/README.md describes the manifest.
struct peer
{
    std::string name;
    std::string title;
    std::vector<std::string> command; ///< contains the placeholders {port} and {ms}
    std::vector<std::string> endpoints;
    std::string note{};
    std::string build{};                  ///< folder with the results of the build; may be empty
    std::vector<std::string> heartbeat{}; ///< further arguments with the placeholder {heartbeat}; may be empty
};

/// Parses a manifest such as bench/peers/peers.json. Returns an error message if it does not match its description.
tl::expected<std::vector<peer>, std::string> parse_peers(std::string_view json);

/// Reads the manifest from a file. An empty name means the manifest of the source tree `root`.
tl::expected<std::vector<peer>, std::string> read_peers(const std::string& file, const std::string& root);

/// Returns the command of a server. Replaces the placeholders.
std::vector<std::string> command_of(const peer& server, std::uint16_t port, std::uint32_t period_ms);

/// Returns the versions of the library and the toolchain of a server that is built. Returns an empty string if they are
/// unknown.
std::string version_of(const peer& server, const std::string& root);

/// Returns the reason why a server cannot be started. Returns an empty string if the server is built.
std::string missing_reason(const peer& server, const std::string& root);

/// Returns the arguments that set the heartbeat of a server. Empty if the server has no option for it.
std::vector<std::string> heartbeat_arguments(const peer& server, std::chrono::milliseconds heartbeat);

/// Returns the server of that name, or an error message if the manifest does not contain it.
tl::expected<peer, std::string> find_peer(const std::vector<peer>& all, std::string_view name);

/// Returns the named servers, or all servers if there are no names. The floor is always first. The other servers have
/// the order of the manifest, so that all tables have the same order. Returns an error message if a server does not
/// exist.
tl::expected<std::vector<peer>, std::string>
choose_peers(const std::vector<peer>& all, const std::vector<std::string>& names, std::string_view floor);

} // namespace bench
