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

/// Shared by the checks of all streams of a process.
struct check_context
{
    load_counters& counters;
    load_window& window;
    std::int64_t period = 0; ///< nanoseconds; 0: not known
    id_rule ids = id_rule::dense;
    std::uint32_t id_step = 1; ///< see load_plan
    /// Start and end of the measurement, CLOCK_REALTIME. `window` counts the events that arrive within it. Ticks before
    /// the start do not count as missed.
    std::int64_t from = INT64_MAX;
    std::int64_t until = INT64_MAX;

    bool measures(std::int64_t now) const noexcept { return now >= from && now < until; }
};

/// Checks the received bytes of one stream: the response must be an event stream, and its events must be complete, in
/// order and on time. It does not use sockets.
class stream_check
{
public:
    /// Checks the next bytes.
    /// @param now arrival time of the bytes, CLOCK_REALTIME in nanoseconds
    /// @return the reason when the stream has failed; failure::ended after the end of the response
    std::optional<failure> feed(std::string_view bytes, std::int64_t now, check_context& context);

    /// Prepares for a new connection of the same stream. A new response begins, and the ids must continue.
    void reconnect() noexcept;

    /// Ends the measurement. An event that was due more than `grace` before the end and has not arrived is lost. A
    /// later event can still arrive, and its lateness so far counts.
    void end_measurement(std::int64_t grace, check_context& context);

    bool has_head() const noexcept { return response_.has_head(); }
    bool has_event() const noexcept { return has_event_; }
    int status() const noexcept { return response_.status(); }
    /// The value of Last-Event-ID for a new request.
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
    std::uint32_t lost_ = 0;     ///< the part of the counter `lost` that is from this stream
    std::int64_t last_made_ = 0; ///< creation time of the last event of the earlier connections; 0: there was none
    std::uint32_t id_phase_ = 0; ///< remainder of all ids of the stream, divided by their step
    bool has_event_ = false;
    bool has_ids_ = false;
    bool awaits_first_event_after_reconnect_ = false;
};

} // namespace bench
