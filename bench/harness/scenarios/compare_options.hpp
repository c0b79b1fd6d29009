#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "harness/comparison/comparison.hpp"
#include "harness/comparison/session.hpp"
#include "harness/machine/machine.hpp"
#include "harness/servers/peer_manifest.hpp"
#include "harness/support/command_line.hpp"

namespace bench {

/// The options of `compare`.
struct compare_options
{
    std::vector<std::string> servers;
    std::vector<std::uint32_t> streams{1000, 4000, 15'000};
    std::vector<std::uint32_t> broadcast_streams; ///< if empty, the highest number of `streams` is used
    std::vector<std::string> endpoints{"ticks", "broadcast"};
    std::uint32_t period_ms = 1000;
    unsigned rounds = 3;
    std::string root = default_root(); ///< paths of the servers are relative to this directory
    std::string manifest;              ///< if empty, the manifest of `root` is used
    std::string folder = "rill-compare";
    bool add = false;
    std::string json;
    compare_settings settings{.first_port = 18'000, .server_core = 0, .client_core = 1};

    void add_to(cli_command& command);

    /// Returns the requested servers. Returns an error message if a server does not exist.
    tl::expected<std::vector<peer>, std::string> peers() const;

    /// Returns a comparison to which runs are added. With --add this is the comparison of the folder. Otherwise it is
    /// empty. Returns an error message if the machine does not meet the requirements, or if the comparison of the
    /// folder has other settings.
    tl::expected<comparison, std::string> prepare(const std::vector<peer>& chosen, const machine& here) const;

private:
    std::vector<compared_load> loads() const;
    tl::expected<void, std::string> check(const machine& here) const;
    tl::expected<comparison, std::string> begin(const std::vector<peer>& chosen, const machine& here) const;
    tl::expected<comparison, std::string> add_to_existing(comparison&& begun) const;
    std::string as_text(unsigned all_rounds) const;
};

} // namespace bench
