#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "harness/histogram.hpp"

// What the load clients and the process that directs them share: all of it lies in memory mapped by both.
namespace bench {

/// Why a stream is not live any more, or never was.
enum class failure : std::uint8_t
{
    refused,          ///< nobody listens
    cannot_connect,   ///< any other error of connect()
    no_free_port,     ///< the source address has none left
    no_descriptor,    ///< too many open files
    connect_timeout,  ///< no connection within the answer timeout
    no_answer,        ///< connected, but no response head within the answer timeout
    not_200,          ///< another status; see load_counters::statuses
    not_event_stream, ///< another Content-Type
    not_http,         ///< no HTTP/1.x response, or broken framing
    closed_early,     ///< the server closed before the head was complete
    reset_early,      ///< ... or reset
    ended,            ///< the server ended or closed a live stream
    reset,            ///< the server reset a live stream
    not_opened,       ///< given up before its turn came
};
inline constexpr std::size_t failure_count = 14;

/// For people, and as keys.
std::string_view name_of(failure reason);

/// Written by one process only, read by others at any time.
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

/// Of one client process, from its beginning.
struct load_counters
{
    counter opened;      ///< connect() was called
    counter answered;    ///< got the head that a stream begins with
    counter live;        ///< answered, and still open
    counter with_events; ///< of the live ones: have had an event
    counter events;
    counter bytes;        ///< all that was received
    counter lost;         ///< by id or by beat, whichever is more in each stream
    counter lost_ids;     ///< ids that were left out
    counter missed_beats; ///< beats without an event, since the first measurement began
    counter repeated;
    counter out_of_order;
    counter misdirected;                        ///< events whose ids are another topic's
    counter extra;                              ///< events that no beat called for
    counter without_time;                       ///< events whose data is no timestamp
    counter left;                               ///< live streams that were closed by us on purpose
    counter returned;                           ///< of those: live again
    counter restarted;                          ///< of those: their ids began anew
    counter away;                               ///< beats that passed while a stream without ids was away
    counter frozen;                             ///< live streams that are not read any more
    counter evicted;                            ///< of those: the server closed them
    std::array<counter, failure_count> retried; ///< attempts to return that failed and were repeated
    std::array<counter, failure_count> failed;
    std::array<counter, 600> statuses; ///< of failure::not_200
};

/// Of one client process, while it carried out one order.
struct load_window
{
    std::uint64_t events = 0;
    histogram answer;   ///< from connect(), or from when all streams were cut, to the end of the response's head
    histogram lateness; ///< against the schedule, if the period is known; otherwise the same as `delivery`
    histogram delivery; ///< from the timestamp in the event to its arrival

    void add(const load_window& other);
};

} // namespace bench
