#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "harness/client/event_scanner.hpp"
#include "harness/client/event_schedule.hpp"
#include "harness/client/load_plan.hpp"
#include "harness/client/load_results.hpp"
#include "harness/client/response_scanner.hpp"
#include "harness/client/sequence_check.hpp"

namespace bench {

/// The context that the checks of all streams of a process share.
struct check_context
{
    load_counters& counters;
    load_window& window;
    std::int64_t period = 0; ///< nanoseconds; 0: unknown
    id_rule ids = id_rule::dense;
    std::uint32_t id_step = 1; ///< see load_plan
    /// Start and end of the measurement, CLOCK_REALTIME. `window` counts only the events that arrive between them.
    /// Ticks before the start do not count as missed.
    std::int64_t from = INT64_MAX;
    std::int64_t until = INT64_MAX;

    bool measures(std::int64_t now) const noexcept { return now >= from && now < until; }
};

/// Checks the received bytes of one stream. The response must be an event stream. Its events must be complete, in order
/// and on time. This class does not use sockets.
class stream_check
{
public:
    /// Checks the next bytes.
    /// @param now  arrival time of the bytes, CLOCK_REALTIME in nanoseconds
    /// @return the reason if the stream has failed; failure::ended after the end of the response
    std::optional<failure> feed(std::string_view bytes, std::int64_t now, check_context& context);

    /// Prepares for a new connection of the same stream. A new response begins, but the ids must continue.
    void reconnect() noexcept;

    /// Ends the measurement. An event is lost if it was due more than `grace` before the end and has not arrived. A
    /// later event can still arrive. Its lateness until the end counts.
    void end_measurement(std::int64_t grace, check_context& context);

    bool has_head() const noexcept { return response_.has_head(); }
    bool has_event() const noexcept { return has_event_; }
    int status() const noexcept { return response_.status(); }
    /// Returns the value of Last-Event-ID for a new request.
    std::optional<std::uint64_t> last_id(const check_context& context) const noexcept;

private:
    std::optional<failure> check_head(std::int64_t now, check_context& context);
    void check_event(std::int64_t now, check_context& context);
    void check_numbers(std::optional<std::int64_t> made, check_context& context);
    void check_id(std::uint64_t id, check_context& context);
    void check_number(std::uint64_t number, bool is_dense, check_context& context);
    void check_reconnect(std::int64_t made, check_context& context);
    void check_tick(std::optional<std::int64_t> made, std::int64_t now, check_context& context);
    void count_missed(const event_schedule::missed_ticks& missed, bool are_lost, check_context& context);
    void count_lost(check_context& context);

    response_scanner response_;
    event_scanner events_;
    sequence_check sequence_;
    event_schedule schedule_;
    std::uint32_t lost_ids_ = 0;
    std::uint32_t lost_ticks_ = 0;
    std::uint32_t lost_ = 0;     ///< the part of the counter `lost` that this stream has added
    std::int64_t last_made_ = 0; ///< creation time of the last event of earlier connections; 0: no event
    std::uint32_t id_phase_ = 0; ///< remainder of each id of the stream, divided by the step of the ids
    bool has_event_ = false;
    bool has_ids_ = false;
    bool awaits_first_event_after_reconnect_ = false;
};

} // namespace bench
