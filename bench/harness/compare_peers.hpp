#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace bench {

/// A server that can be compared, as bench/peers/README.md describes.
struct peer
{
    std::string name;
    std::string title;
    std::vector<std::string> command; ///< with {port} and {ms}
    std::vector<std::string> endpoints;
    std::string note{};
};

/// Reads a manifest such as bench/peers/peers.json. Fails, in words, when it is not what its description says.
tl::expected<std::vector<peer>, std::string> parse_peers(std::string_view json);

/// The same from a file; empty: that of the source tree `root`.
tl::expected<std::vector<peer>, std::string> read_peers(const std::string& file, const std::string& root);

/// The command with its placeholders filled in.
std::vector<std::string> command_of(const peer& server, std::uint16_t port, std::uint32_t period_ms);

/// The server of that name. Fails, in words, when there is none.
tl::expected<peer, std::string> find_peer(const std::vector<peer>& all, std::string_view name);

/// Those that were named, or all; the floor always, and first. In the manifest's order otherwise, so that tables look
/// alike. Fails when there is no such server.
tl::expected<std::vector<peer>, std::string>
choose_peers(const std::vector<peer>& all, const std::vector<std::string>& names, std::string_view floor);

} // namespace bench
