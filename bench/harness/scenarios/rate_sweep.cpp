#include "harness/scenarios/rate_sweep.hpp"

#include <algorithm>
#include <cmath>

#include "harness/support/duration.hpp"
#include "harness/support/text.hpp"

namespace bench {

namespace {

/// Rounds to three significant digits.
double to_three_digits(double rate)
{
    const auto unit = std::pow(10, std::floor(std::log10(rate)) - 2);
    return std::round(rate / unit) * unit;
}

/// Returns the number of due events per second.
double due_per_second(const hold_figures& figures, double rate)
{
    return rate * static_cast<double>(figures.totals.live);
}

double per_second(const load_measurement& measured)
{
    return static_cast<double>(measured.window.events) / std::max(measured.seconds, 1e-9);
}

std::string whole(double number)
{
    return grouped(static_cast<std::uint64_t>(std::llround(std::max(number, 0.0))));
}

} // namespace

rate_sweep::rate_sweep(double first, double factor, double max, unsigned steps) noexcept
    : factor_(factor), max_(max), left_(steps), next_(std::min(first, max))
{}

std::optional<double> rate_sweep::next() const noexcept
{
    return left_ > 0 && !broken_ ? next_ : std::nullopt;
}

void rate_sweep::record(bool has_held) noexcept
{
    const auto rate = next();
    if (!rate) {
        return;
    }
    --left_;
    if (!has_held) {
        broken_ = rate;
        return;
    }
    held_ = *rate;
    // If the factor is near 1, rounding could return the same rate.
    const auto rounded_up = to_three_digits(*rate * factor_);
    next_ =
        *rate < max_ ? std::optional(std::min(rounded_up > *rate ? rounded_up : *rate * factor_, max_)) : std::nullopt;
}

std::string why_broken(const hold_figures& figures, double rate, std::chrono::nanoseconds max_p99)
{
    if (auto faults = figures.faults(); !faults.empty()) {
        return faults;
    }
    const auto& measured = figures.measured;
    if (const std::chrono::nanoseconds p99(measured.window.lateness.quantile(0.99)); p99 > max_p99) {
        return "p99 of the lateness is " + to_text(p99) + ", above " + to_text(max_p99);
    }
    const auto due = due_per_second(figures, rate) * measured.seconds;
    // at the edges of the measurement, one event per stream can be missing
    const auto at_the_edges = static_cast<double>(figures.totals.live);
    if (static_cast<double>(measured.window.events) + at_the_edges < delivered_share * due) {
        return "of " + whole(due_per_second(figures, rate)) + " events per second " + whole(per_second(measured)) +
               " arrived";
    }
    return is_client_bottleneck(measured) ? "the client is the bottleneck and cannot measure more" : "";
}

std::string rate_table_head()
{
    return right_aligned("rate/s", 10) + right_aligned("due/s", 12) + right_aligned("came/s", 12) +
           right_aligned("p50 ms", 10) + right_aligned("p99 ms", 10) + right_aligned("max ms", 10) +
           right_aligned("CPU %", 8) + right_aligned("events/CPU-s", 14) + right_aligned("PSS B/stream", 14) +
           "  result";
}

std::string rate_table_line(const hold_figures& figures, double rate, const std::string& broken)
{
    const auto& measured = figures.measured;
    const auto& late = measured.window.lateness;
    const auto ms = [](std::int64_t ns) { return right_aligned(fixed(static_cast<double>(ns) / 1e6, 1), 10); };
    const auto known = [&](const std::string& text, std::size_t width) {
        return right_aligned(figures.has_server ? text : "-", width);
    };
    const auto pss = static_cast<double>(figures.after.server.pss - figures.before.server.pss) /
                     static_cast<double>(std::max<std::uint64_t>(figures.totals.live, 1));
    const auto events = static_cast<double>(measured.window.events);
    return right_aligned(fixed(rate, 3), 10) + right_aligned(whole(due_per_second(figures, rate)), 12) +
           right_aligned(whole(per_second(measured)), 12) + ms(late.quantile(0.5)) + ms(late.quantile(0.99)) +
           ms(late.max()) + known(fixed(measured.server.total / std::max(measured.seconds, 1e-9) * 100, 0), 8) +
           known(whole(events / std::max(measured.server.total, 1e-9)), 14) + known(fixed(pss, 0), 14) + "  " +
           (broken.empty() ? "held" : "broke: " + broken);
}

boost::json::object rate_point(const hold_figures& figures, double rate, const std::string& broken)
{
    auto point = figures.json();
    point["rate"] = rate;
    point["due_events_per_s"] = due_per_second(figures, rate);
    point["server_cores"] = figures.has_server ? ratio(figures.measured.server.total, figures.measured.seconds)
                                               : boost::json::value(nullptr);
    point["held"] = broken.empty();
    point["broken_by"] = broken;
    return point;
}

} // namespace bench
