#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace bench {

/// The source tree that this program was built from.
std::string default_root();

/// A server that can be measured. bench/peers/README.md describes the manifest.
struct peer
{
    std::string name;
    std::string title;
    std::vector<std::string> command; ///< with the placeholders {port} and {ms}
    std::vector<std::string> endpoints;
    std::string note{};
};

/// Parses a manifest such as bench/peers/peers.json. Fails, with a message, when it does not match its description.
tl::expected<std::vector<peer>, std::string> parse_peers(std::string_view json);

/// Reads the manifest from a file. An empty name means the manifest of the source tree `root`.
tl::expected<std::vector<peer>, std::string> read_peers(const std::string& file, const std::string& root);

/// The command of a server, with the placeholders replaced.
std::vector<std::string> command_of(const peer& server, std::uint16_t port, std::uint32_t period_ms);

/// The server of that name, or a message if the manifest does not name it.
tl::expected<peer, std::string> find_peer(const std::vector<peer>& all, std::string_view name);

/// The named servers, or all servers when there are no names. The floor is always the first. The other servers have
/// the order of the manifest, so that tables look alike. Fails, with a message, when there is no such server.
tl::expected<std::vector<peer>, std::string>
choose_peers(const std::vector<peer>& all, const std::vector<std::string>& names, std::string_view floor);

} // namespace bench
