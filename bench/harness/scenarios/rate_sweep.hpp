#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "harness/figures/hold_figures.hpp"

namespace bench {

/// Chooses the rates to try, to find the highest rate that holds. Each rate is the previous rate multiplied by
/// `factor`. The sweep ends when a rate fails.
class rate_sweep
{
public:
    /// @param first  the first rate, positive
    /// @param factor  greater than 1
    /// @param max  the highest rate to try
    /// @param steps  the maximum number of rates
    rate_sweep(double first, double factor, double max, unsigned steps) noexcept;

    /// Returns the rate to try now. Empty if the sweep has ended.
    std::optional<double> next() const noexcept;

    /// Records the result for next().
    void record(bool has_held) noexcept;

    /// Returns the highest rate that held. 0 if no rate held.
    double highest_held() const noexcept { return held_; }
    /// Returns the rate that failed and ended the sweep, if a rate failed.
    std::optional<double> broken() const noexcept { return broken_; }

private:
    double factor_;
    double max_;
    unsigned left_;
    std::optional<double> next_;
    double held_ = 0;
    std::optional<double> broken_;
};

/// The share of the due events that must arrive during a measurement. One event of each stream may be missing in
/// addition. If fewer events arrive, the server or the publisher is too slow for the rate.
inline constexpr double delivered_share = 0.98;

/// Returns the reason why a rate did not hold. Reasons are failed streams, lost events, a p99 of the lateness above
/// `max_p99`, too few events, and a client that is the bottleneck. Empty if the rate held.
/// @param rate  events per second of one stream
std::string why_broken(const hold_figures& figures, double rate, std::chrono::nanoseconds max_p99);

/// Returns the heading of the table. rate_table_line() returns the line of one rate.
std::string rate_table_head();
std::string rate_table_line(const hold_figures& figures, double rate, const std::string& broken);

/// Returns one rate as JSON, with all figures.
boost::json::object rate_point(const hold_figures& figures, double rate, const std::string& broken);

} // namespace bench
