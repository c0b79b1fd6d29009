#include "transport/http1_connection_state.hpp"

#include <cassert>
#include <new>
#include <rill/http/stream_info.hpp>

#include "core/exception_message.hpp"

using namespace std::chrono_literals;

namespace rill::transport {

static_assert(sizeof(void*) != 8 || sizeof(http1_connection_state) <= 120, "each stream holds one");

namespace {

// Nobody needs a punctual heartbeat. The heartbeats of many streams are therefore sent in one go: at the multiples of
// this time, which is at most a fortieth of their interval. The times divide common intervals, so that the intervals of
// a quiet stream remain exact. With a longer time, the heartbeats that are sent in one go would delay events.
std::chrono::milliseconds heartbeat_grid(std::chrono::milliseconds interval) noexcept
{
    for (const std::chrono::milliseconds grid : {250ms, 100ms, 50ms, 10ms}) {
        if (grid <= interval / 40) {
            return grid;
        }
    }
    return 1ms;
}

} // namespace

http1_connection_state::http1_connection_state(worker_context& worker, stream_socket socket,
                                               const connection_operations& kind)
    : http1_response_writer(worker, socket), connection(kind)
{
    worker.opened(*this, socket);
}

http1_connection_state::~http1_connection_state()
{
    set_body(nullptr);
    clear_timer();
    release_stream();
    release_extras();
    worker_.closed(socket_, slot_);
    worker_.reactor.remove(socket_.descriptor());
    socket_.close();
}

void http1_connection_state::advance(progress made) noexcept
{
    const auto next = next_phase(phase_, made);
    assert(next);
    phase_ = next.value_or(phase::closing);
}

void http1_connection_state::set_timer(std::chrono::milliseconds after)
{
    clear_timer();
    worker_.timers.add(*this, worker_.timers.after(after));
}

void http1_connection_state::set_heartbeat_timer(std::chrono::milliseconds after)
{
    clear_timer();
    worker_.timers.add_on_grid(*this, worker_.timers.after(after), heartbeat_grid(policy_->heartbeat));
}

void http1_connection_state::defer_completions()
{
    pending_.resume = true;
    defer();
}

void http1_connection_state::check_peer_later() noexcept
{
    pending_.check_peer = true;
    defer();
}

void http1_connection_state::schedule(next_step step) noexcept
{
    pending_.step = step;
    defer();
}

void http1_connection_state::complete(error_code ec)
{
    const detail::resume_scope it(this);
    complete_all(ec);
}

// Between two coroutines there is nothing to cancel, and the next coroutine must not be cancelled at its beginning. It
// reads the peer's state from `peer_`.
void http1_connection_state::cancel(close_reason reason)
{
    if (reason_ == close_reason::open && producer_ != producer::none) {
        reason_ = reason;
        unwind();
    }
}

// The caller may be the coroutine that this function ends. Therefore on_deferred() ends it later.
void http1_connection_state::end(close_reason reason)
{
    if (reason_ == close_reason::open && producer_ != producer::none) {
        reason_ = reason;
        check_peer_later();
    }
}

void http1_connection_state::unwind()
{
    switch (producer_) {
    case producer::coroutine:
        detail::cancel(worker_.timers, *this);
        return complete(asio::error::operation_aborted);
    case producer::external:
        return schedule(next_step::end_stream);
    case producer::none:
        return;
    }
}

streaming_body* http1_connection_state::body() const noexcept
{
    return memory_ != working_memory::request ? static_cast<streaming_body*>(user_data()) : nullptr;
}

void http1_connection_state::set_body(std::unique_ptr<streaming_body> body, working_memory kind) noexcept
{
    const std::unique_ptr<streaming_body> before(this->body());
    memory_ = body != nullptr ? kind : working_memory::request;
    user_data(body.release());
}

request_in_work* http1_connection_state::current_request() const noexcept
{
    return memory_ == working_memory::request ? static_cast<request_in_work*>(user_data()) : nullptr;
}

void http1_connection_state::set_current_request(request_in_work* current) noexcept
{
    if (memory_ == working_memory::request) {
        user_data(current);
    }
}

void http1_connection_state::release_stream() noexcept
{
    if (has_stream_slot_) {
        has_stream_slot_ = false;
        worker_.admission.release_stream(socket_);
    }
}

void http1_connection_state::set_tag(std::string tag)
{
    if (!tag.empty() || has_extras_) {
        worker_.extras.set_tag(socket_.descriptor(), std::move(tag));
        has_extras_ = true;
    }
}

void http1_connection_state::note_terms(const request& of)
{
    if (const auto* tag = of.attribute<stream_tag>()) {
        set_tag(tag->text());
    }
    if (const auto* deadline = of.attribute<detail::stream_deadline>()) {
        const auto left = deadline->when - std::chrono::system_clock::now();
        worker_.extras.set_deadline(socket_.descriptor(), *this, worker_.timers.after(left));
        has_extras_ = true;
    }
}

std::string_view http1_connection_state::tag() const noexcept
{
    return has_extras_ ? worker_.extras.tag(socket_.descriptor()) : std::string_view();
}

void http1_connection_state::release_extras() noexcept
{
    if (has_extras_) {
        has_extras_ = false;
        worker_.extras.remove(socket_.descriptor());
    }
}

std::string http1_connection_state::name() const
{
    if (phase_ == phase::streaming) {
        return "stream " + std::to_string(stream_number_) + " of " + worker_.stats.routes[stream_.route].route;
    }
    const auto* current = current_request();
    if (current != nullptr && current->handled != nullptr) {
        return "a handler of " + std::string(current->handled->path());
    }
    return "a connection of " + socket_.peer_address();
}

// If memory is missing, no line is written.
void http1_connection_state::log_error(const std::exception_ptr& error,
                                       std::initializer_list<std::string_view> what) const noexcept
{
    try {
        std::string text;
        for (const auto part : what) {
            text.append(part);
        }
        worker_.log(log_level::error, text + ": " + detail::exception_message(error));
    } catch (...) {
        return;
    }
}

void http1_connection_state::log_over_capacity(std::string_view what) const noexcept
{
    try {
        worker_.log.over_capacity(name().append(" ").append(what));
    } catch (const std::bad_alloc&) { // without memory, no line is written
        return;
    }
}

} // namespace rill::transport
