#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "harness/hold_figures.hpp"

namespace bench {

/// Which rates to try, to find the highest that holds: each is `factor` times the one before it, until one breaks.
class rate_sweep
{
public:
    /// @param first  where to begin, positive
    /// @param factor above 1
    /// @param most   the highest to be tried
    /// @param steps  at most so many are tried
    rate_sweep(double first, double factor, double most, unsigned steps) noexcept;

    /// The rate to be tried now; nothing when the sweep is over.
    std::optional<double> next() const noexcept;

    /// What came of trying next().
    void note(bool has_held) noexcept;

    /// 0: none did.
    double highest_held() const noexcept { return held_; }
    /// The one that ended the sweep, if any did.
    std::optional<double> broken() const noexcept { return broken_; }

private:
    double factor_;
    double most_;
    unsigned left_;
    std::optional<double> next_;
    double held_ = 0;
    std::optional<double> broken_;
};

/// Of a step's events so many must have come while it was measured, and one of each stream may be missing: otherwise
/// the server, or what publishes, has not kept up.
inline constexpr double delivered_share = 0.98;

/// Why a rate did not hold, in words; empty if it did: streams failed or events were lost, the lateness of 99 % of the
/// events was above `max_p99`, fewer came than were due, or the client could do no more.
/// @param rate events of one stream, a second
std::string why_broken(const hold_figures& figures, double rate, std::chrono::nanoseconds max_p99);

/// Of the table that people see: its head, and the line of one rate.
std::string rate_table_head();
std::string rate_table_line(const hold_figures& figures, double rate, const std::string& broken);

/// The same as JSON, with all other figures.
boost::json::object rate_point(const hold_figures& figures, double rate, const std::string& broken);

} // namespace bench
