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
    std::vector<std::uint32_t> broadcast_streams; ///< empty: the highest of `streams`
    std::vector<std::string> endpoints{"ticks", "broadcast"};
    std::uint32_t period_ms = 1000;
    unsigned rounds = 3;
    std::string root = default_root(); ///< the paths of the servers are relative to it
    std::string manifest;              ///< empty: the manifest of `root`
    std::string folder = "rill-compare";
    bool add = false;
    std::string json;
    compare_settings settings{.first_port = 18'000, .server_core = 0, .client_core = 1};

    void add_to(cli_command& command);

    /// The requested servers. Fails, with a message, when one does not exist.
    tl::expected<std::vector<peer>, std::string> peers() const;

    /// A comparison to add runs to: an empty one, or with --add the one of the folder. Fails, with a message, when the
    /// machine does not allow it, or when the comparison of the folder has other settings.
    tl::expected<comparison, std::string> prepare(const std::vector<peer>& chosen, const machine& here) const;

private:
    std::vector<compared_load> loads() const;
    tl::expected<void, std::string> check(const machine& here) const;
    tl::expected<comparison, std::string> begin(const std::vector<peer>& chosen, const machine& here) const;
    tl::expected<comparison, std::string> add_to_existing(comparison&& begun) const;
    std::string as_text(unsigned all_rounds) const;
};

} // namespace bench
