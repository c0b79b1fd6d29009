#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "harness/event_scanner.hpp"
#include "harness/load_plan.hpp"
#include "harness/load_results.hpp"
#include "harness/response_scanner.hpp"
#include "harness/schedule.hpp"
#include "harness/sequence_check.hpp"

namespace bench {

/// What the checks of all streams of a process have in common.
struct check_context
{
    load_counters& counters;
    load_window& window;
    std::int64_t period = 0; ///< ns; 0: not known
    id_rule ids = id_rule::dense;
    std::uint32_t id_step = 1; ///< see load_plan
    /// Times of the measurement, CLOCK_REALTIME: what arrives within goes to `window`, beats due before it are not
    /// missed.
    std::int64_t from = INT64_MAX;
    std::int64_t until = INT64_MAX;

    bool measures(std::int64_t now) const noexcept { return now >= from && now < until; }
};

/// One stream, seen as a sequence of bytes: is this the response that was hoped for, and are the events what they
/// should be? Knows no sockets.
class stream_check
{
public:
    /// @param now when the bytes arrived, CLOCK_REALTIME in ns
    /// @return why the stream is of no more use, if so. A response that has come to its end is failure::ended
    std::optional<failure> feed(std::string_view bytes, std::int64_t now, check_context& context);

    /// A new connection for the same stream: the response is another one, the ids should go on.
    void reconnect() noexcept;

    /// The measurement has ended: what was due `grace` before that and has not come is lost. What was due since then
    /// may still come, but is late already.
    void end_measurement(std::int64_t grace, check_context& context);

    bool has_head() const noexcept { return response_.has_head(); }
    bool has_event() const noexcept { return has_event_; }
    int status() const noexcept { return response_.status(); }
    /// For the field Last-Event-ID of a new request.
    std::optional<std::uint64_t> last_id(const check_context& context) const noexcept;

private:
    std::optional<failure> check_head(std::int64_t now, check_context& context);
    void check_event(std::int64_t now, check_context& context);
    void check_numbers(std::optional<std::int64_t> made, check_context& context);
    void check_id(std::uint64_t id, check_context& context);
    void check_number(std::uint64_t number, bool is_dense, check_context& context);
    void check_return(std::int64_t made, check_context& context);
    void check_beat(std::optional<std::int64_t> made, std::int64_t now, check_context& context);
    void count_missed(const schedule::missed_beats& missed, bool are_lost, check_context& context);
    void count_lost(check_context& context);

    response_scanner response_;
    event_scanner events_;
    sequence_check sequence_;
    schedule beats_;
    std::uint32_t lost_ids_ = 0;
    std::uint32_t lost_beats_ = 0;
    std::uint32_t lost_ = 0;     ///< as it was counted so far
    std::int64_t last_made_ = 0; ///< before this connection: the last event; 0: there was none
    std::uint32_t id_phase_ = 0; ///< what is left of all its ids, divided by their step
    bool has_event_ = false;
    bool has_ids_ = false;
    bool is_back_ = false; ///< on another connection, and its first event has not come
};

} // namespace bench
