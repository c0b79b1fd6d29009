#include "transport/http1_connection.hpp"

#include <algorithm>
#include <new>
#include <rill/core/detail/what_of.hpp>

#include "transport/http1_pending_stream.hpp"
#include "transport/socket.hpp"

namespace rill::transport {

static_assert(sizeof(void*) != 8 || sizeof(http1_connection) <= 152, "each stream pays for it");

error_code http1_connection::start(worker_context& worker, int socket)
{
    http1_connection* connection = nullptr;
    try {
        worker.reserve(socket);
        connection = new http1_connection(worker, socket);
        connection->slot_ = worker.admit(socket);
        if (connection->slot_ == capacity::slot::rejected) { // nor time to tell it
            reset_on_close(socket);
            delete connection;
            return {};
        }
        prepare_connection(socket, worker.limits);
        if (const auto ec = worker.reactor.add(socket, connection)) {
            delete connection;
            return ec;
        }
        connection->begin_requests({});
        return {};
    } catch (const std::bad_alloc&) {
        if (connection == nullptr) {
            close_socket(socket);
        }
        if (connection != nullptr && connection->coroutine_runs_) {
            connection->coroutine_runs_ = false; // its frames go in the next turn, and the connection after them
            connection->then(next_step::vanish);
        } else {
            delete connection;
        }
        return make_error_code(boost::system::errc::not_enough_memory);
    }
}

http1_connection::http1_connection(worker_context& worker, int socket) : http1_response_writer(worker, socket)
{
    static constexpr timer_operations timer_kind{[](timer_node& node, error_code ec) {
        if (!ec) {
            static_cast<http1_connection&>(node).on_timer();
        }
    }};
    operations = &timer_kind;
    worker.opened(*this, socket);
}

http1_connection::~http1_connection()
{
    worker_.timers.remove(*this);
    release_stream();
    worker_.closed(socket_, slot_);
    worker_.reactor.remove(socket_);
    close_socket(socket_);
    body(nullptr);
}

streaming_body* http1_connection::body() const noexcept
{
    return has_body_ ? static_cast<streaming_body*>(works_with()) : nullptr;
}

void http1_connection::body(std::unique_ptr<streaming_body> body) noexcept
{
    const std::unique_ptr<streaming_body> before(this->body());
    has_body_ = body != nullptr;
    works_with(body.release());
}

void http1_connection::defer() noexcept
{
    if (!deferred_) {
        deferred_ = true;
        worker_.later(*this);
    }
}

void http1_connection::then(next_step step) noexcept
{
    next_ = step;
    defer();
}

void http1_connection::on_later()
{
    deferred_ = false;
    if (waiter_) {
        const detail::resuming it(this);
        complete_put_off();
    }
    if (check_peer_) {
        check_peer_ = false;
        if (reason_ != close_reason::open) {
            unwind(); // a write has found it out
        } else if (peer_has_left()) {
            cancel(broken_ ? close_reason::peer_reset : close_reason::peer_closed);
        } else {
            limit_half_closed();
        }
    }
    if (coroutine_runs_ || deferred_) {
        return; // its end will bring us back here
    }
    const auto step = next_;
    next_ = next_step::none;
    switch (step) {
    case next_step::none:
        return;
    case next_step::read_requests:
        return read_requests({});
    case next_step::begin_stream:
        return begin_stream();
    case next_step::end_stream:
        return end_stream();
    case next_step::discard:
        return discard_input();
    case next_step::close:
        return close_politely();
    case next_step::vanish:
        delete this;
    }
}

// Whether a handler waits in vain: a half-closed connection counts as closed for a stream, and where its body can't
// come whole.
bool http1_connection::peer_has_left() const noexcept
{
    switch (phase_) {
    case phase::handling:
        return broken_;
    case phase::streaming:
        return broken_ || peer_finished_;
    case phase::receiving:
        return broken_ || (peer_finished_ && unread_bytes(socket_) < outstanding_);
    case phase::reading:
    case phase::responding:
    case phase::closing:
        break;
    }
    return false;
}

// Who has ended its sending half may read the answer (as `nc -N` does), or has left.
void http1_connection::limit_half_closed()
{
    if (phase_ != phase::handling || !coroutine_runs_ || !peer_finished_ || linked()) {
        return;
    }
    if (worker_.limits.half_close_timeout.count() == 0) {
        cancel(close_reason::peer_closed);
    } else {
        set_timer(worker_.limits.half_close_timeout);
    }
}

void http1_connection::missing(std::uint64_t bytes) noexcept
{
    outstanding_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, UINT32_MAX));
}

// Resumes the coroutines that wait for this connection.
void http1_connection::complete(error_code ec)
{
    const detail::resuming it(this);
    complete_all(ec);
}

void http1_connection::cancel(close_reason reason)
{
    // Between two coroutines there is nothing to cancel, and the next one must not find itself cancelled already: it is
    // told by what is remembered in peer_finished_ and broken_.
    if (reason_ != close_reason::open || (!coroutine_runs_ && !pushed_)) {
        return;
    }
    reason_ = reason;
    unwind();
}

// Perhaps called by the coroutine that it ends.
void http1_connection::end(close_reason reason)
{
    if (reason_ == close_reason::open && (coroutine_runs_ || pushed_)) {
        reason_ = reason;
        check_peer_ = true;
        defer();
    }
}

void http1_connection::unwind()
{
    if (coroutine_runs_) {
        detail::cancel(worker_.timers, cancel_, *this);
        complete(asio::error::operation_aborted);
    } else if (pushed_) {
        then(next_step::end_stream);
    }
}

void http1_connection::drain()
{
    switch (phase_) {
    case phase::reading:
        if (idle_) {
            abort_later();
        }
        return;
    case phase::streaming:
        if (!finishes_on_shutdown()) {
            cancel(close_reason::drained);
        }
        return;
    case phase::receiving:
    case phase::handling:
    case phase::responding:
    case phase::closing:
        return; // ends by itself; serve_requests() does not read on
    }
}

void http1_connection::abandon()
{
    if (phase_ == phase::closing) {
        then(next_step::vanish);
    } else {
        cancel(close_reason::drained);
    }
}

void http1_connection::on_ready(readiness what)
{
    peer_finished_ = peer_finished_ || what.peer_finished;
    broken_ = broken_ || what.broken;
    if (what.writable && !broken_) {
        on_output();
    }
    if (what.readable) {
        on_input();
    }
}

void http1_connection::on_input()
{
    switch (phase_) {
    case phase::reading:
        complete({}); // whatever it is, reading tells
        return;
    case phase::receiving: // what the handler does not read stays in the kernel
        if (waiter_) {
            complete({});
        } else if (peer_has_left()) {
            cancel(broken_ ? close_reason::peer_reset : close_reason::peer_closed);
        }
        return;
    case phase::handling:
    case phase::streaming:
        if (peer_has_left()) {
            cancel(broken_ ? close_reason::peer_reset : close_reason::peer_closed);
        } else if (unread_bytes(socket_) > worker_.limits.max_pipelined_bytes) {
            // Pipelined requests wait in the kernel, up to here: behind a full window a FIN could not be seen.
            cancel(close_reason::evicted);
        } else {
            limit_half_closed();
        }
        return;
    case phase::responding:
        if (broken_) {
            cancel(close_reason::peer_reset);
        }
        return;
    case phase::closing:
        return discard_input();
    }
}

void http1_connection::on_output()
{
    if (!unsent_) {
        return;
    }
    if (!flush()) {
        on_broken(close_reason::peer_reset);
    } else {
        const detail::resuming it(this);
        complete_written();
    }
}

void http1_connection::on_blocked()
{
    if (phase_ == phase::reading || phase_ == phase::receiving) {
        return; // there the timer is the request's, and 100 Continue does not wait
    }
    set_timer(write_timeout());
}

void http1_connection::on_unblocked()
{
    switch (phase_) {
    case phase::streaming:
        return set_stream_timer();
    case phase::closing:
        return then(next_step::close);
    case phase::handling:
    case phase::responding:
        return worker_.timers.remove(*this);
    case phase::reading:
    case phase::receiving:
        return;
    }
}

// Found out inside a write of the handler's: the cancellation comes from the event loop.
void http1_connection::on_broken(close_reason why)
{
    broken_ = true;
    if (why == close_reason::over_capacity) {
        reset_on_close(socket_); // what the client has is not whole
        log_full("is broken off");
    }
    if (phase_ == phase::closing) {
        then(next_step::vanish);
        return;
    }
    if (phase_ == phase::responding) {
        abort_later();
        return;
    }
    if (reason_ == close_reason::open) {
        reason_ = why; // at once: the handler's destructors may be next
    }
    check_peer_ = true;
    defer();
}

void http1_connection::log_full(std::string_view what) const noexcept
{
    try {
        worker_.log_full(name().append(" ").append(what));
    } catch (const std::bad_alloc&) { // which is what would have been told
        return;
    }
}

void http1_connection::set_timer(std::chrono::milliseconds after)
{
    worker_.timers.remove(*this);
    worker_.timers.add(*this, worker_.timers.after(after));
}

void http1_connection::on_timer()
{
    switch (phase_) {
    case phase::reading:
        timed_out_ = true;
        complete(asio::error::timed_out);
        return;
    case phase::receiving:
        complete(asio::error::timed_out);
        return;
    case phase::handling:
        if (peer_finished_ && !unsent_) {
            return cancel(close_reason::peer_closed);
        }
        return on_stream_timer();
    case phase::responding:
    case phase::streaming:
        return on_stream_timer();
    case phase::closing:
        return on_closing_timer();
    }
}

std::string http1_connection::name() const
{
    if (phase_ == phase::streaming) {
        return "stream " + std::to_string(stream_number_) + " of " + worker_.stats.routes[route_].route;
    }
    const auto* handled = has_body_ ? nullptr : static_cast<const request*>(works_with());
    if (handled != nullptr) {
        return "a handler of " + std::string(handled->path());
    }
    return "a connection of " + peer_address(socket_);
}

// The error may be that there is no memory, which is no reason for more to go wrong.
void http1_connection::log_error(const std::exception_ptr& error,
                                 std::initializer_list<std::string_view> what) const noexcept
{
    try {
        std::string text;
        for (const auto part : what) {
            text.append(part);
        }
        worker_.log(log_level::error, text + ": " + detail::what_of(error));
    } catch (...) { // it could not even be said
        return;
    }
}

} // namespace rill::transport
