#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "harness/support/histogram.hpp"

// The load clients write these results into shared memory. The controlling process reads them.
namespace bench {

/// Why a stream failed.
enum class failure : std::uint8_t
{
    refused,          ///< no socket listens on the port
    cannot_connect,   ///< any other error of connect()
    no_free_port,     ///< the source address has no free port
    no_descriptor,    ///< too many open files
    connect_timeout,  ///< no connection within the response timeout
    no_response,      ///< connected, but no response head within the response timeout
    not_200,          ///< the response has another status; see load_counters::statuses
    not_event_stream, ///< the response has another Content-Type
    not_http,         ///< not an HTTP/1.x response, or broken framing
    closed_early,     ///< the server closed the connection before the head was complete
    reset_early,      ///< the server reset the connection before the head was complete
    ended,            ///< the server ended or closed a live stream
    reset,            ///< the server reset a live stream
    not_opened,       ///< the client stopped opening streams before this one
};
inline constexpr std::size_t failure_count = 14;

/// Returns the name of a failure in texts and as a JSON key.
std::string_view name_of(failure reason);

/// A counter that one process writes and other processes read at any time.
class counter
{
public:
    void add(std::uint64_t n = 1) noexcept { value_.store(get() + n, std::memory_order_relaxed); }
    void subtract(std::uint64_t n = 1) noexcept { value_.store(get() - n, std::memory_order_relaxed); }
    std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_ = 0;
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

/// Counters of one client process since its start.
struct load_counters
{
    counter opened;      ///< calls of connect()
    counter answered;    ///< streams that received the head of an event stream
    counter live;        ///< answered streams that are still open
    counter with_events; ///< live streams that have received an event
    counter events;
    counter bytes;        ///< received bytes
    counter lost;         ///< lost events: for each stream the maximum of lost_ids and lost ticks
    counter lost_ids;     ///< skipped ids
    counter missed_ticks; ///< ticks without an event since the start of the first measurement
    counter repeated;
    counter out_of_order;
    counter misdirected;                        ///< events whose ids belong to another topic
    counter extra;                              ///< events without a tick
    counter without_time;                       ///< events whose data is not a timestamp
    counter disconnected;                       ///< live streams that the client closed
    counter reconnected;                        ///< disconnected streams that are live again
    counter restarted_ids;                      ///< reconnected streams whose ids began again
    counter missed_while_disconnected;          ///< ticks that passed while a stream without ids was disconnected
    counter closed;                             ///< live streams that the client closed for good
    counter stalled;                            ///< live streams that the client does not read
    counter evicted;                            ///< stalled streams that the server closed
    std::array<counter, failure_count> retried; ///< failed attempts to reconnect that were repeated
    std::array<counter, failure_count> failed;
    std::array<counter, 600> statuses; ///< number of responses for each HTTP status of failure::not_200
};

/// Results of one client process for one command.
struct load_window
{
    std::uint64_t events = 0;
    /// time from connect(), or from the disconnection of all streams, to the end of the response head
    histogram answer;
    histogram lateness; ///< relative to the schedule if the period is known; otherwise equal to `delivery`
    histogram delivery; ///< time from the timestamp of the event to its arrival

    void add(const load_window& other);
};

} // namespace bench
