#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/target.hpp"

namespace bench {

/// What the ids of events promise.
enum class id_rule : std::uint8_t
{
    dense,   ///< they rise by one within a stream: a gap is a lost event
    ordered, ///< they rise
    ignored,
};

/// What the load clients are to do, set before they start.
struct load_plan
{
    target to;
    std::uint32_t streams = 1000;
    unsigned processes = 1;
    double ramp_per_second = 0;         ///< connections opened a second by all processes together; 0: no limit
    std::chrono::nanoseconds period{0}; ///< of a stream's events; 0: not known
    std::chrono::nanoseconds answer_timeout = std::chrono::seconds(10); ///< from connect() to the end of the head
    unsigned opening_at_once = 512; ///< connections without an answer yet, of all processes together
    id_rule ids = id_rule::dense;
    std::vector<std::string> headers; ///< further lines of the request, without their CRLF
};

/// The streams that one of the processes holds. They number from first() on.
constexpr std::uint32_t share_of(std::uint32_t streams, unsigned processes, unsigned number)
{
    return streams / processes + (number < streams % processes ? 1 : 0);
}

} // namespace bench
