#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "harness/figures/hold_figures.hpp"
#include "harness/machine/cpu_share.hpp"
#include "harness/scenarios/ramp_watch.hpp"
#include "harness/scenarios/scenario.hpp"

namespace bench {

/// How to hold streams on a machine whose CPU may be too slow for all of them.
struct million_terms
{
    std::chrono::nanoseconds duration{0}; ///< length of the measurement
    std::chrono::nanoseconds max_ramp{0}; ///< maximum length of the ramp; 0: no limit
    std::chrono::nanoseconds max_p99{0};  ///< a number of streams holds if 99 % of the events are at most this late
    double busy_share = 0.95;             ///< see ramp_limits
};

/// A number of streams that was measured.
struct held_step
{
    std::uint64_t streams = 0;
    std::string broken; ///< reason for a missed objective; empty if the number held
    cpu_share cpu;
};

struct million_figures
{
    std::unique_ptr<hold_figures> hold; ///< the last measurement
    std::vector<held_step> steps;
    cpu_share ramp_cpu;
    std::string ramp_ended_early; ///< the reason; empty if all streams were opened
    bool limited_by_cpu = false;  ///< fewer streams than planned were held, because the CPU was fully used
    std::uint32_t planned = 0;

    /// The highest number of streams that held. 0 if none held.
    std::uint64_t highest_held() const;
    /// Description of all faults. Empty if there are none.
    std::string faults() const;
    void add_to(boost::json::object& json) const;
    /// Returns lines of text about the CPU and the steps.
    std::string text() const;
};

/// Opens the streams and measures. If the CPU limits the machine, stops opening streams, closes a part of them until
/// the rest holds, and measures these. Every step has a limited time. Fails if a client process ends too early.
tl::expected<million_figures, std::string> hold_million(const scenario& settings, const million_terms& terms);

} // namespace bench
