#pragma once

#include <optional>

#include "redis/session.hpp"
#include "redis/wakeup.hpp"

namespace rill::redis::detail {

/// Sends the waiting events to the server, one batch at a time. If the outcome of a batch is unknown, sends the same
/// batch again after the reconnect. All functions run on the thread of the log.
class appender
{
public:
    using clock = append_queue::clock;

    appender(asio::io_context& context, log_state& state, append_queue& queue)
        : state_(state), queue_(queue), work_(context)
    {}

    /// Sends batches until the connection fails. Returns its error.
    awaitable<failure> serve(session& connected);
    /// The queue has events.
    void wake() noexcept { work_.notify(); }
    /// Ends the events whose append_grace has passed.
    void expire(clock::time_point now);
    /// Ends all events. No function may be called later.
    void abandon();

private:
    awaitable<std::optional<failure>> send(session& connected);
    awaitable<bool> is_valid(session& connected, std::uint64_t epoch);
    void on_answer(const append_answer& answer);
    void fail_batch();

    log_state& state_;
    append_queue& queue_;
    wakeup work_;
    append_batch batch_; ///< no events: no batch
    std::uint64_t counter_ = 0;
    bool is_sending_ = false;
};

} // namespace rill::redis::detail
