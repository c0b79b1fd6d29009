#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <rill/core/timer_service.hpp>

namespace rill::testing::detail {

class memory_socket;

/// The functions of a session that another session calls for its clients: see options::upstreams.
class upstream_session
{
public:
    using duration = timer_service::clock::duration;

    upstream_session() = default;
    upstream_session(const upstream_session&) = delete;
    upstream_session& operator=(const upstream_session&) = delete;

    /// Whether the server accepts connections.
    virtual bool accepts() const = 0;
    /// Connects in the next turn of the server's event loop. The caller may run in another event loop of the thread.
    virtual std::shared_ptr<memory_socket> connect_later() = 0;

    /// Runs the handlers that are ready, also those of the upstreams. Runs at most max_handlers_at_one_time handlers of
    /// each server. Returns their number.
    virtual std::size_t run_turn() = 0;
    /// The time until the next work of a timer, also of the upstreams. Returns at most timer_service::longest_wait.
    virtual duration until_next() const = 0;
    /// Moves the clock, and the clocks of the upstreams. Fires all timers that become due.
    virtual void advance_by(duration by) = 0;
    /// Waits in real time for work that the virtual clock does not control, also for that of the upstreams. Returns
    /// whether the event loop may have ready handlers.
    virtual bool wait_outside(std::chrono::steady_clock::time_point give_up, bool patience_is_over) = 0;

protected:
    ~upstream_session() = default;
};

} // namespace rill::testing::detail
