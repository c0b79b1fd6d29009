#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/comparison/comparison.hpp"
#include "harness/servers/peer_manifest.hpp"
#include "harness/support/progress.hpp"

namespace bench {

/// The number of ports that the servers use in turn. No run uses a port of the previous run.
inline constexpr unsigned compare_ports = 200;

/// The settings for starting and measuring the servers.
struct compare_settings
{
    std::string root;             ///< the repository; the paths of the servers are relative to it
    std::string folder;           ///< folder for logs and the figures of the client; must exist
    std::string hold_for = "5s";  ///< length of the measurement of each run
    std::string settle = "1s";    ///< time between the ramp and the measurement
    std::uint16_t first_port = 0; ///< each run gets the next free port of `compare_ports`
    unsigned server_core = 0;
    unsigned client_core = 0;
};

/// Runs the servers in interleaved rounds. Adds the runs to a comparison.
class compare_session
{
public:
    /// @param peers  the servers of into.servers, in the same order
    /// @param into  complete except for the runs
    compare_session(compare_settings settings, std::vector<peer> peers, comparison& into, progress& shown);

    /// Adds `rounds` rounds to the comparison. A failed run does not stop the other runs. Returns early if
    /// interrupted() becomes true.
    /// @param after_round  called after each complete round
    void run(unsigned rounds, const std::function<void()>& after_round);

    /// Returns the number of runs in a round.
    std::size_t runs_per_round() const;

private:
    bool takes_part(const compared_server& server, const compared_load& asked) const;
    comparison_run run_one(const peer& server, const compared_load& asked, unsigned round);
    std::optional<std::uint16_t> next_port();
    void measure(comparison_run& run, const peer& server, std::uint16_t port);
    std::string target_of(const compared_load& asked) const;
    std::string result_line(const comparison_run& run) const;

    compare_settings settings_;
    std::vector<peer> peers_;
    comparison& all_;
    progress& shown_;
    std::size_t started_ = 0; ///< number of runs
    std::size_t planned_ = 0; ///< number of runs
    unsigned next_port_ = 0;  ///< offset from the first port
};

} // namespace bench
