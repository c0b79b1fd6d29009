#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/client/target.hpp"

namespace bench {

/// The server's guarantee about the ids of a stream.
enum class id_rule : std::uint8_t
{
    dense,   ///< they rise by one within a stream, so a gap is a lost event
    ordered, ///< they rise by any step
    ignored,
};

/// The default number of streams of a client process. The limit of open files is often 20,000.
inline constexpr std::uint32_t streams_per_process = 19'000;
inline constexpr unsigned max_processes = 1024;

/// Placeholder for the number of the stream's topic in the path of a load_plan's target.
inline constexpr std::string_view topic_placeholder = "{topic}";

/// The settings of the load clients. They do not change after the start.
struct load_plan
{
    target to;
    std::uint32_t streams = 1000;
    unsigned processes = 1;
    double ramp_per_second = 0;         ///< connections that all processes together open per second; 0: no limit
    std::chrono::nanoseconds period{0}; ///< of the events of a stream; 0: not known
    std::chrono::nanoseconds response_timeout = std::chrono::seconds(10); ///< from connect() to the end of the head
    unsigned max_connecting = 512; ///< connections without a response head, of all processes together
    id_rule ids = id_rule::dense;
    std::vector<std::string> headers; ///< additional lines of the request, without CRLF
    double stalled_share = 0;         ///< share of the streams that load_command::kind::stall stops reading
    int stalled_receive_buffer = 0;   ///< SO_RCVBUF of these streams in bytes; 0: the default of the system
    std::uint32_t topics = 1;         ///< the streams are evenly distributed over the topics
    /// Step of dense ids within a stream. It is above 1 when several topics share one sequence of ids and take turns.
    std::uint32_t id_step = 1;

    /// Whether the stream belongs to the stalled share. These streams are evenly distributed among the others.
    bool is_stalled(std::uint32_t index) const
    {
        return static_cast<std::uint64_t>((index + 1) * stalled_share) !=
               static_cast<std::uint64_t>(index * stalled_share);
    }

    /// The topic of a stream, whose index counts over all processes. Each sequence of `topics` streams has every topic
    /// once, in a different order each time, so that the stalled streams have different topics.
    std::uint32_t topic_of(std::uint64_t index) const
    {
        return static_cast<std::uint32_t>((index + index / topics) % topics);
    }
};

/// The number of streams of one process.
constexpr std::uint32_t share_of(std::uint32_t streams, unsigned processes, unsigned number)
{
    return streams / processes + (number < streams % processes ? 1 : 0);
}

} // namespace bench
