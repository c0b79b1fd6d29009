#include "transport/http1_connection.hpp"

#include <new>

#include "transport/http1_closing_phase.hpp"
#include "transport/http1_peer_watch.hpp"
#include "transport/http1_request_phase.hpp"
#include "transport/http1_revocation.hpp"
#include "transport/http1_stream_phase.hpp"

namespace rill::transport {

static_assert(sizeof(void*) != 8 || sizeof(http1_connection) <= 120, "each stream holds one");

const connection_operations http1_connection::operations_of_kind{
    {[](timer_node& node, error_code ec) {
        if (!ec) {
            static_cast<http1_connection&>(node).handle(event::timer);
        }
    }},
    [](connection& c, readiness what) { static_cast<http1_connection&>(c).on_ready(what); },
    [](connection& c) { static_cast<http1_connection&>(c).on_deferred(); },
    [](connection& c) { static_cast<http1_connection&>(c).handle(event::drain); },
    [](connection& c) { static_cast<http1_connection&>(c).handle(event::abandon); },
    [](const connection& c) { return static_cast<const http1_connection&>(c).has_stream(); },
    [](const connection& c) { return static_cast<const http1_connection&>(c).report(); },
    [](const connection& c, const detail::spawned_coroutine& coroutine) {
        return &coroutine == &static_cast<const http1_connection&>(c);
    },
    [](const connection& c) { return static_cast<const http1_connection&>(c).name(); },
    [](connection& c, close_reason reason) { http1_revocation(static_cast<http1_connection&>(c)).end_stream(reason); },
    [](connection& c, const stream_predicate& which, close_reason reason) {
        return http1_revocation(static_cast<http1_connection&>(c)).end_stream_if(which, reason);
    },
};

error_code http1_connection::start(worker_context& worker, int descriptor)
{
    const stream_socket socket(descriptor);
    http1_connection* c = nullptr;
    try {
        worker.reserve(socket.number());
        c = new http1_connection(worker, socket);
        c->slot_ = worker.admission.admit(socket);
        if (c->slot_ == capacity::slot::rejected) {
            socket.reset_on_close();
            delete c;
            return {};
        }
        socket.prepare(worker.limits);
        if (const auto ec = worker.reactor.add(descriptor, static_cast<connection*>(c))) {
            delete c;
            return ec;
        }
        http1_request_phase::begin(*c, {});
        return {};
    } catch (const std::bad_alloc&) {
        if (c == nullptr) {
            socket.close();
        }
        if (c != nullptr && c->producer_ != producer::none) {
            c->producer_ = producer::none; // the coroutine's frames end in the next turn, and then the connection ends
            c->schedule(next_step::destroy);
        } else {
            delete c;
        }
        return make_error_code(boost::system::errc::not_enough_memory);
    }
}

http1_connection::http1_connection(worker_context& worker, stream_socket socket)
    : http1_connection_state(worker, socket, operations_of_kind)
{}

void http1_connection::on_ready(readiness what)
{
    set_peer(what.broken ? peer::broken : what.peer_finished ? peer::finished : peer::open);
    if (what.writable && peer_ != peer::broken) {
        flush_output();
    }
    if (what.readable) {
        handle(event::input);
    }
}

void http1_connection::on_deferred()
{
    if (pending_.resume) {
        pending_.resume = false;
        const detail::resume_scope it(this);
        complete_deferred();
    }
    if (pending_.check_peer) {
        pending_.check_peer = false;
        if (reason_ != close_reason::open) {
            unwind(); // a failed write or end() has stored the reason
        } else {
            http1_peer_watch(*this).check();
        }
    }
    if (producer_ == producer::coroutine || is_deferred()) {
        return; // on_deferred() is called again
    }
    const auto step = pending_.step;
    pending_.step = next_step::none;
    perform(step);
}

void http1_connection::perform(next_step step)
{
    switch (step) {
    case next_step::none:
        return;
    case next_step::begin_stream:
        return http1_stream_phase(*this).begin();
    case next_step::end_stream:
        return end_stream();
    case next_step::close:
        return http1_closing_phase(*this).begin();
    case next_step::discard:
        return http1_closing_phase(*this).discard_input();
    case next_step::destroy:
        delete this;
        return;
    }
}

void http1_connection::perform(action what)
{
    switch (what) {
    case action::none:
        return;
    case action::resume_read:
        return complete({});
    case action::resume_body:
        return resume_body();
    case action::check_peer:
        return http1_peer_watch(*this).check_input();
    case action::check_reset:
        return peer_ == peer::broken ? cancel(close_reason::peer_reset) : void();
    case action::discard:
        return http1_closing_phase(*this).discard_input();
    case action::expire_read:
        return expire_read();
    case action::expire_body:
        return complete(asio::error::timed_out);
    case action::check_half_close:
        return http1_peer_watch(*this).check_half_close();
    case action::check_progress:
        return http1_peer_watch(*this).check_progress();
    case action::check_delivery:
        return http1_closing_phase(*this).on_timer();
    case action::set_limit:
        return set_timer(write_timeout());
    case action::clear:
        return clear_timer();
    case action::heartbeat:
        return http1_stream_phase(*this).start_heartbeat();
    case action::close:
        return schedule(next_step::close);
    case action::fail: // the reason is already stored
        return check_peer_later();
    case action::cancel:
        return cancel(close_reason::drained);
    case action::abort:
        return defer_abort();
    case action::destroy:
        return schedule(next_step::destroy);
    case action::close_idle:
        return close_idle();
    case action::end_stream:
        return finishes_on_shutdown() ? void() : cancel(close_reason::drained);
    }
}

void http1_connection::end_stream()
{
    auto end = http1_stream_phase(*this).end();
    switch (end.next) {
    case after_stream::request:
        return begin_requests(std::move(end.input));
    case after_stream::close:
        return http1_closing_phase(*this).begin();
    case after_stream::destroy:
        delete this;
        return;
    }
}

void http1_connection::begin_requests(std::string input)
{
    try {
        http1_request_phase::begin(*this, std::move(input));
    } catch (const std::bad_alloc&) {
        log_error(std::current_exception(), {"connection ended"});
        producer_ = producer::none;
        schedule(next_step::destroy);
    }
}

void http1_connection::flush_output()
{
    if (!has_unsent() || reason_ == close_reason::revoked) { // the queued events are not for a client without access
        return;
    }
    if (!flush()) {
        on_broken(close_reason::peer_reset);
    } else {
        const detail::resume_scope it(this);
        complete_written();
    }
}

// If no read waits, the input remains in the kernel.
void http1_connection::resume_body()
{
    if (has_waiter()) {
        complete({});
    } else {
        http1_peer_watch(*this).cancel_if_left();
    }
}

void http1_connection::close_idle()
{
    const auto* current = current_request();
    if (current != nullptr && current->idle) {
        defer_abort();
    }
}

void http1_connection::expire_read()
{
    if (auto* current = current_request()) {
        current->timed_out = true;
    }
    complete(asio::error::timed_out);
}

void http1_connection::on_blocked()
{
    handle(event::blocked);
}

void http1_connection::on_unblocked()
{
    handle(event::flushed);
}

// This function runs inside a write of the handler. Therefore the event loop cancels the handler later. The reason is
// stored at once, because the handler's destructors may read it.
void http1_connection::on_broken(close_reason why)
{
    set_peer(peer::broken);
    if (why == close_reason::over_capacity) {
        socket_.reset_on_close(); // the client must detect that its response is not complete
        log_over_capacity("is broken off");
    }
    const auto what = action_for(phase_, event::broken);
    if (what == action::fail && reason_ == close_reason::open) {
        reason_ = why;
    }
    perform(what);
}

void http1_connection::set_policy(const stream_policy& policy)
{
    http1_response_writer::set_policy(policy);
    if (has_stream() && !has_unsent()) {
        http1_stream_phase(*this).start_heartbeat();
    }
}

stream_report http1_connection::report() const
{
    return {.id = stream_number_,
            .route = worker_.stats.routes[stream_.route].route,
            .address = socket_.peer_address(),
            .tag = std::string(tag()),
            .age_ms = worker_.milliseconds() - stream_.began,
            .quiet_ms = worker_.now() - last_progress_,
            .unsent_bytes = unsent_size()};
}

} // namespace rill::transport
