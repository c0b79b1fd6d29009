#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/client/target.hpp"

namespace bench {

/// The guarantee of the server for the ids of a stream.
enum class id_rule : std::uint8_t
{
    dense,   ///< ids increase by one within a stream; a gap is a lost event
    ordered, ///< ids increase by any step
    ignored,
};

/// The default number of streams of a client process. It fits the common limit of 20,000 open files.
inline constexpr std::uint32_t streams_per_process = 19'000;
inline constexpr unsigned max_processes = 1024;

/// In the path of a target, this placeholder stands for the number of the topic of a stream.
inline constexpr std::string_view topic_placeholder = "{topic}";

/// The settings of the load clients. They do not change after the start of the clients.
struct load_plan
{
    target to;
    std::uint32_t streams = 1000;
    unsigned processes = 1;
    /// maximum number of connections that all processes together open per second; 0: no limit
    double ramp_per_second = 0;
    std::chrono::nanoseconds period{0}; ///< time between two events of a stream; 0: unknown
    std::chrono::nanoseconds response_timeout = std::chrono::seconds(10); ///< from connect() to the end of the head
    unsigned max_connecting = 512; ///< maximum number of connections without a response head, of all processes together
    id_rule ids = id_rule::dense;
    std::vector<std::string> headers; ///< additional lines of the request, without CRLF
    /// share of the streams that the client stops reading, see load_command::kind::stall
    double stalled_share = 0;
    int stalled_receive_buffer = 0; ///< SO_RCVBUF of these streams in bytes; 0: the default of the system
    std::uint32_t topics = 1;       ///< the streams are evenly distributed over the topics
    /// Step of dense ids within a stream. It is greater than 1 if several topics share one sequence of ids and take
    /// turns.
    std::uint32_t id_step = 1;

    /// Whether the stream belongs to the stalled share. Stalled streams are evenly distributed among the others.
    bool is_stalled(std::uint32_t index) const
    {
        return static_cast<std::uint64_t>((index + 1) * stalled_share) !=
               static_cast<std::uint64_t>(index * stalled_share);
    }

    /// Returns the topic of a stream. `index` counts the streams of all processes. Each group of `topics` consecutive
    /// streams has every topic once. The order differs from group to group, so that the stalled streams have different
    /// topics.
    std::uint32_t topic_of(std::uint64_t index) const
    {
        return static_cast<std::uint32_t>((index + index / topics) % topics);
    }
};

/// Returns the number of streams of one process.
constexpr std::uint32_t share_of(std::uint32_t streams, unsigned processes, unsigned number)
{
    return streams / processes + (number < streams % processes ? 1 : 0);
}

} // namespace bench
