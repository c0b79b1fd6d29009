#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "harness/figures/hold_figures.hpp"

namespace bench {

/// Chooses the rates to try, to find the highest rate that holds. Each rate is the previous one times `factor`, until
/// one fails.
class rate_sweep
{
public:
    /// @param first  the first rate, positive
    /// @param factor greater than 1
    /// @param max    the highest rate to try
    /// @param steps  the maximum number of rates
    rate_sweep(double first, double factor, double max, unsigned steps) noexcept;

    /// The rate to try now. Empty when the sweep is over.
    std::optional<double> next() const noexcept;

    /// Records the result for next().
    void record(bool has_held) noexcept;

    /// The highest rate that held. 0: none did.
    double highest_held() const noexcept { return held_; }
    /// The rate that failed and ended the sweep, if there is one.
    std::optional<double> broken() const noexcept { return broken_; }

private:
    double factor_;
    double max_;
    unsigned left_;
    std::optional<double> next_;
    double held_ = 0;
    std::optional<double> broken_;
};

/// The share of the due events that must arrive during a measurement, apart from one event of each stream. With fewer
/// events the server or the publisher is too slow for the rate.
inline constexpr double delivered_share = 0.98;

/// The reason why a rate did not hold: failed streams, lost events, a lateness of 99 % of the events above `max_p99`,
/// too few events, or a client that is the bottleneck. Empty when the rate held.
/// @param rate events per second of one stream
std::string why_broken(const hold_figures& figures, double rate, std::chrono::nanoseconds max_p99);

/// The heading of the table, and the line of one rate.
std::string rate_table_head();
std::string rate_table_line(const hold_figures& figures, double rate, const std::string& broken);

/// One rate as JSON, with all figures.
boost::json::object rate_point(const hold_figures& figures, double rate, const std::string& broken);

} // namespace bench
