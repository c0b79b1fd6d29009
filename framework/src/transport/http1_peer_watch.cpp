#include "transport/http1_peer_watch.hpp"

#include "transport/body_rate.hpp"
#include "transport/http1_stream_phase.hpp"

namespace rill::transport {

// For a stream, a client that has finished sending counts as disconnected. For a handler that reads a body, such a
// client counts as disconnected if the body can't become complete. Any other handler may still answer the client.
bool http1_peer_watch::has_left() const
{
    const auto& c = connection_;
    if (c.phase_ == phase::streaming) {
        return c.peer_ != peer::open;
    }
    if (c.phase_ == phase::receiving && c.peer_ == peer::finished) {
        const auto* current = c.current_request();
        return current == nullptr || c.socket_.unread_bytes() < current->missing_bytes;
    }
    return c.peer_ == peer::broken && (c.phase_ == phase::receiving || c.phase_ == phase::handling);
}

bool http1_peer_watch::cancel_if_left()
{
    if (!has_left()) {
        return false;
    }
    connection_.cancel(connection_.peer_ == peer::broken ? close_reason::peer_reset : close_reason::peer_closed);
    return true;
}

// A client that has finished sending may still read the response, as `nc -N` does, or it may be disconnected. Only a
// write can show the difference.
void http1_peer_watch::check()
{
    auto& c = connection_;
    if (cancel_if_left() || c.phase_ != phase::handling || c.producer_ != producer::coroutine ||
        c.peer_ == peer::open || c.linked())
    {
        return;
    }
    if (c.worker_.limits.half_close_timeout.count() == 0) {
        c.cancel(close_reason::peer_closed);
    } else {
        c.set_timer(c.worker_.limits.half_close_timeout);
    }
}

// Pipelined requests wait in the kernel. Their size is limited, because a full receive window would hide the FIN of the
// client.
void http1_peer_watch::check_input()
{
    if (!has_left() && connection_.socket_.unread_bytes() > connection_.worker_.limits.max_pipelined_bytes) {
        connection_.cancel(close_reason::evicted);
    } else {
        check();
    }
}

void http1_peer_watch::check_half_close()
{
    if (connection_.peer_ != peer::open && !connection_.has_unsent()) {
        connection_.cancel(close_reason::peer_closed);
    } else {
        check_progress();
    }
}

// A write does not set the timer again, because this would cost time for each event. Instead, when the timer fires,
// this function sets it again for the remaining time since the last progress.
void http1_peer_watch::check_progress()
{
    auto& c = connection_;
    const auto quiet = std::chrono::milliseconds(c.worker_.now() - c.last_progress_);
    const auto limit = c.has_unsent() ? c.write_timeout() : c.policy_->heartbeat;
    const bool too_slow = is_too_slow();
    if (quiet < limit && !too_slow) {
        return c.has_unsent() ? c.set_timer(limit - quiet) : c.set_heartbeat_timer(limit - quiet);
    }
    if (!c.has_unsent()) {
        return http1_stream_phase(c).send_heartbeat();
    }
    if (too_slow) {
        c.socket_.reset_on_close(); // also discards the bytes in the kernel
        c.worker_.log(log_level::info, c.name() + " is broken off: its client takes it more slowly than " +
                                           std::to_string(c.worker_.limits.min_response_rate) + " bytes/s");
    }
    c.cancel(close_reason::write_timeout);
}

// The time begins at the first byte that the kernel did not take.
bool http1_peer_watch::is_too_slow() const noexcept
{
    const auto& c = connection_;
    if (c.phase_ != phase::responding || !c.has_unsent()) {
        return false;
    }
    const auto& l = c.worker_.limits;
    return std::chrono::milliseconds(c.worker_.now() - c.unsent_data()->began) >
           time_by_rate(l.min_response_rate, l.response_grace, c.unsent_data()->taken);
}

} // namespace rill::transport
