#include "harness/scenarios/ramp_watch.hpp"

#include <algorithm>

namespace bench {

namespace {

constexpr double slow_share = 0.5; // of the expected number of streams per second
constexpr double stall_share = 0.05;

} // namespace

ramp_watch::verdict ramp_watch::add(const ramp_sample& next)
{
    if (last_ == verdict::stalled || last_ == verdict::expired) {
        return last_;
    }
    samples_.push_back(next);
    while (samples_.size() > 2 && samples_[1].seconds <= next.seconds - limits_.window) {
        samples_.pop_front();
    }
    const auto& first = samples_.front();
    const auto length = std::max(next.seconds - first.seconds, 1e-9);
    double busy_seconds = 0;
    for (std::size_t i = 1; i < samples_.size(); ++i) {
        busy_seconds += samples_[i].busy * (samples_[i].seconds - samples_[i - 1].seconds);
    }
    busy_ = busy_seconds / length;
    per_second_ = static_cast<double>(next.answered - first.answered) / length;
    if (length >= limits_.window) {
        best_ = std::max(best_, per_second_);
    }
    last_ = decide(next.seconds);
    return last_;
}

// A shorter interval than the window is no proof, because a ramp starts slowly.
ramp_watch::verdict ramp_watch::decide(double seconds) const
{
    if (limits_.max_seconds > 0 && seconds >= limits_.max_seconds) {
        return verdict::expired;
    }
    if (seconds < limits_.window || !is_busy() || per_second_ >= slow_share * expected_per_second()) {
        return verdict::open;
    }
    return per_second_ < stall_share * expected_per_second() ? verdict::stalled : verdict::limited;
}

} // namespace bench
