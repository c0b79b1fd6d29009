#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
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

/// A client process is comfortable with so many; the limit of open files is often 20,000.
inline constexpr std::uint32_t streams_per_process = 19'000;
inline constexpr unsigned most_processes = 1024;

/// In the path of a load_plan's target, stands for the number of the stream's topic.
inline constexpr std::string_view topic_placeholder = "{topic}";

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
    double frozen_share = 0;          ///< of the streams: those that load_order::kind::freeze stops reading
    int frozen_buffer = 0;            ///< SO_RCVBUF of those, bytes; 0: the system's choice
    std::uint32_t topics = 1;         ///< the streams are spread over them
    /// Dense ids rise by so much within a stream: topics that have one sequence of ids together may take turns.
    std::uint32_t id_step = 1;

    /// Whether the stream is one of the frozen share, which lies evenly among the others.
    bool is_to_freeze(std::uint32_t index) const
    {
        return static_cast<std::uint64_t>((index + 1) * frozen_share) !=
               static_cast<std::uint64_t>(index * frozen_share);
    }

    /// The topic of a stream, counted over all processes. Any `topics` streams in a row have all of them, each time in
    /// another order, so that those that freeze do not all have the same one.
    std::uint32_t topic_of(std::uint64_t index) const
    {
        return static_cast<std::uint32_t>((index + index / topics) % topics);
    }
};

/// How many of the streams one of the processes holds.
constexpr std::uint32_t share_of(std::uint32_t streams, unsigned processes, unsigned number)
{
    return streams / processes + (number < streams % processes ? 1 : 0);
}

} // namespace bench
