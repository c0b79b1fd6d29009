#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <rill/http/metrics_writer.hpp>
#include <string_view>

namespace rill::pubsub {

/// The upper bounds of the latency histogram of a log, in microseconds. Slower appends are only in the total.
inline constexpr std::array<std::uint64_t, 12> append_latency_bounds{
    100, 250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 100'000, 500'000, 1'000'000, 5'000'000};

/// Counters of one log since its start, and present values where the comment says so.
struct backplane_stats
{
    std::uint64_t appended = 0;         ///< events that the log has acknowledged
    std::uint64_t append_failures = 0;  ///< events that the log has not appended
    std::uint64_t unknown_outcomes = 0; ///< events that the log may have appended, see error::outcome_unknown
    std::uint64_t read_failures = 0;    ///< reads of the past that failed, except unknown ids
    std::uint64_t reconnects = 0;       ///< connections to the log after the first one
    std::uint64_t gaps = 0;             ///< calls of reader::on_gap()
    std::uint64_t pending_appends = 0;  ///< at present: appends without an outcome
    std::uint64_t reader_lag = 0;       ///< at present: events that the log is known to hold and that no reader has got
    bool connected = true;              ///< at present

    /// Number of acknowledged appends for each of append_latency_bounds: at most that bound, more than the previous
    /// one.
    std::array<std::uint64_t, append_latency_bounds.size()> append_latency{};
    std::chrono::microseconds append_latency_sum{0};

    /// Counts one acknowledged append and its latency, which starts with append().
    void count_acknowledged(std::chrono::steady_clock::duration latency) noexcept;
};

/// Writes the counters of a log with the label log="NAME".
void write_metrics(metrics_writer& out, const backplane_stats& stats, std::string_view name);

} // namespace rill::pubsub
