#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "harness/command_line.hpp"
#include "harness/compare_model.hpp"
#include "harness/compare_peers.hpp"
#include "harness/compare_session.hpp"
#include "harness/machine.hpp"

namespace bench {

/// The source tree that this program was built from.
std::string source_tree();

/// The command line of `compare` as it was written, and what it means.
struct compare_request
{
    std::vector<std::string> servers;
    std::vector<std::uint32_t> streams{1000, 4000, 15'000};
    std::vector<std::uint32_t> broadcast_streams; ///< empty: the greatest of `streams`
    std::vector<std::string> endpoints{"ticks", "broadcast"};
    std::uint32_t period_ms = 1000;
    unsigned rounds = 3;
    std::string root = source_tree(); ///< where the servers' paths begin
    std::string manifest;             ///< empty: the one below root
    std::string folder = "rill-compare";
    bool add = false;
    std::string json;
    compare_settings settings{.first_port = 18'000, .server_core = 0, .client_core = 1};

    void add_to(cli_command& command);

    /// The servers that were asked for. Fails, in words, when there are none such.
    tl::expected<std::vector<peer>, std::string> peers() const;

    /// The comparison to be filled: without rounds, or with --add that of the folder. Fails, in words, when it can't be
    /// made on this machine, or is another one than that of the folder.
    tl::expected<comparison, std::string> prepare(const std::vector<peer>& chosen, const machine& here) const;

private:
    std::vector<compared_load> loads() const;
    tl::expected<void, std::string> check(const machine& here) const;
    tl::expected<comparison, std::string> begin(const std::vector<peer>& chosen, const machine& here) const;
    tl::expected<comparison, std::string> go_on(comparison&& begun) const;
    std::string as_text(unsigned all_rounds) const;
};

} // namespace bench
