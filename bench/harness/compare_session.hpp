#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/compare_model.hpp"
#include "harness/compare_peers.hpp"
#include "harness/progress.hpp"

namespace bench {

/// How many ports servers use in turn: one that was just used rests for a while.
inline constexpr unsigned compare_ports = 200;

/// How servers are started and measured.
struct compare_settings
{
    std::string root;             ///< the repository, where the servers' paths begin
    std::string folder;           ///< for logs and the client's figures; exists
    std::string hold_for = "5s";  ///< how long each run is measured
    std::string settle = "1s";    ///< between the ramp and the measurement
    std::uint16_t first_port = 0; ///< each run gets the next free one of `compare_ports`
    unsigned server_core = 0;
    unsigned client_core = 0;
};

/// Runs the servers in interleaved rounds, and notes in a comparison what came of it.
class compare_session
{
public:
    /// All of `into` but the runs must be there already. The peers are those of into.servers.
    compare_session(compare_settings settings, std::vector<peer> peers, comparison& into, progress& shown);

    /// Adds that many rounds to those of `into`; returns early when interrupted() becomes true. A server that fails
    /// does not hold up the others.
    /// @param after_round called after each complete round
    void run(unsigned rounds, const std::function<void()>& after_round);

    /// How many runs a round has.
    std::size_t runs_per_round() const;

private:
    bool takes_part(const compared_server& server, const compared_load& asked) const;
    comparison_run run_one(const peer& server, const compared_load& asked, unsigned round);
    std::optional<std::uint16_t> next_port();
    void measure(comparison_run& run, const peer& server, std::uint16_t port);
    std::string target_of(const compared_load& asked) const;
    std::string show(const comparison_run& run) const;

    compare_settings settings_;
    std::vector<peer> peers_;
    comparison& all_;
    progress& shown_;
    std::size_t started_ = 0; ///< runs
    std::size_t planned_ = 0; ///< runs
    unsigned next_port_ = 0;  ///< behind the first one
};

} // namespace bench
