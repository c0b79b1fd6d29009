// The stream phase of a connection: the handler's coroutine writes, this object watches.

#include <atomic>
#include <new>
#include <rill/core/detail/spawn.hpp>
#include <rill/http/refusal.hpp>

#include "transport/http1_connection.hpp"
#include "transport/http1_pending_stream.hpp"
#include "transport/response_head.hpp"
#include "transport/socket.hpp"

namespace rill::transport {

namespace {

constexpr std::string_view last_chunk = "0\r\n\r\n";

std::atomic<std::uint32_t> streams_begun{0};

} // namespace

bool http1_connection::enter_stream(const request& to)
{
    is_stream_ = worker_.enter_stream(socket_, to.remote_address());
    return is_stream_;
}

void http1_connection::refuse_stream(response& answer)
{
    worker_.room.refused_streams.fetch_add(1, std::memory_order_relaxed);
    const auto& c = worker_.room.limits;
    rill::refuse_stream(answer, c.refusal, c.retry_after, "the server has as many streams as it may have");
}

void http1_connection::leave_stream()
{
    if (is_stream_) {
        is_stream_ = false;
        worker_.leave_stream(socket_);
    }
}

void http1_connection::prepare_stream(response& answer, const request& to, bool keep_alive, std::string input)
{
    chunked_ = to.version() >= 11;
    keep_alive_ = keep_alive && chunked_;
    route_ = worker_.figures.route(to.route());
    worker_.figures.responded(static_cast<unsigned>(answer.status()));
    const framing frame{.chunked = chunked_};
    body(std::make_unique<pending_stream>(
        std::move(std::get<std::unique_ptr<streaming_body>>(answer.body())),
        make_response_head(answer.status(), answer.fields(), frame, !keep_alive_, to.version(), worker_.date()),
        std::move(input), to.target()));
    is_answer_to_get_ = to.method() == verb::get;
    has_events_ = detail::is_event_stream(answer);
    then(next_step::begin_stream);
}

void http1_connection::begin_stream()
{
    phase_ = phase::streaming;
    policy_ = &default_policy;
    stream_number_ = ++streams_begun;
    worker_.figures.stream_opened(route_);
    stream_began_ = worker_.milliseconds();
    limit_unsent(socket_, worker_.limits.max_unsent_bytes);
    auto& pending = static_cast<pending_stream&>(*body());
    keeps_input_ = true;
    try {
        if (worker_.events.on_stream_opened) {
            const auto remote = peer_address(socket_);
            worker_.events.on_stream_opened({stream_number_, pending.target, remote});
        }
        send_bytes(pending.head);
        keeps_input_ = !pending.input.empty();
        if (!keeps_input_) {
            auto own = std::move(pending.body);
            body(std::move(own));
        }
        worker_.slow.begins("a stream of ", worker_.figures.routes[route_].route);
        coroutine_runs_ = true;
        auto producer = body()->start(*this);
        pushed_ = !producer.valid();
        if (pushed_) {
            coroutine_runs_ = false;
        } else {
            // Who has sent something waits for all of the answer; a GET can be sent again.
            finishes_on_shutdown_ = finishes_on_shutdown_ || !is_answer_to_get_;
            detail::spawn<&on_stream_done>(worker_.io, std::move(producer), cancel_, *this);
        }
    } catch (...) { // start() itself is the user's too
        on_stream_done(*this, std::current_exception());
        return;
    }
    if (peer_finished_ || broken_) {
        check_peer_ = true;
        defer();
    }
    if (worker_.draining() && !finishes_on_shutdown()) {
        cancel(close_reason::drained);
    }
}

void http1_connection::on_stream_done(detail::spawned_coroutine& self, const std::exception_ptr& error)
{
    auto& connection = static_cast<http1_connection&>(self);
    connection.coroutine_runs_ = false;
    if (connection.reason_ == close_reason::open) {
        connection.reason_ = error ? close_reason::handler_error : close_reason::handler_returned;
        if (error) {
            const auto& route = connection.worker_.figures.routes[connection.route_].route;
            connection.log_error(error,
                                 {"stream ", std::to_string(connection.stream_number_), " of ", route, " failed"});
        }
    }
    connection.then(next_step::end_stream);
}

void http1_connection::end_stream()
{
    worker_.timers.remove(*this);
    pushed_ = false;
    drop_all();
    auto input = keeps_input_ ? std::move(static_cast<pending_stream&>(*body()).input) : std::string();
    leave_stream();
    worker_.figures.stream_closed(route_, reason_);
    if (worker_.events.on_stream_closed) {
        const auto lasted = worker_.milliseconds() - stream_began_;
        worker_.events.on_stream_closed({stream_number_, reason_, std::chrono::milliseconds(lasted)});
    }
    // Otherwise half an answer would be taken for a whole one.
    const bool may_be_cut = is_answer_to_get_ && (has_events_ || !policy_->farewell.empty());
    if (reason_ == close_reason::drained && !policy_->farewell.empty()) {
        say(policy_->farewell);
    }
    policy_ = &default_policy; // the stream's own may be its body's
    body(nullptr);             // whose destructor may ask for the reason
    switch (reason_) {
    case close_reason::drained:
        if (!may_be_cut && !chunked_) {
            reset_on_close(socket_);
            delete this;
            return;
        }
        if (!may_be_cut) {
            break; // the client sees by the missing last chunk that the body is not whole
        }
        [[fallthrough]];
    case close_reason::handler_returned:
        if (chunked_) {
            send_bytes(last_chunk);
        }
        break;
    case close_reason::write_timeout:
    case close_reason::evicted:
        reset_on_close(socket_);
        delete this;
        return;
    default: // the client is gone, or must see that the body is not whole
        if (!chunked_) {
            reset_on_close(socket_);
        }
        delete this;
        return;
    }
    if (reason_ == close_reason::handler_returned && keep_alive_ && !unsent_ && !broken_ && !worker_.draining()) {
        reason_ = close_reason::open;
        finishes_on_shutdown_ = false;
        if (worker_.limits.acknowledge_timeout.count() > 0) {
            acknowledge_within(socket_, worker_.limits.acknowledge_timeout); // no longer the stream's
        }
        read_requests(std::move(input));
        return;
    }
    close_politely();
}

stream_report http1_connection::report() const
{
    const auto now = worker_.now();
    return {.id = stream_number_,
            .route = worker_.figures.routes[route_].route,
            .address = peer_address(socket_),
            .age_ms = worker_.milliseconds() - stream_began_,
            .quiet_ms = now - last_progress_,
            .unsent_bytes = unsent_size()};
}

void http1_connection::policy(const stream_policy& policy)
{
    http1_response_writer::policy(policy);
    if (phase_ == phase::streaming && !unsent_) {
        set_stream_timer();
    }
}

// One timer serves a stream: the heartbeat while all is sent, the write deadline while it is not.
void http1_connection::set_stream_timer()
{
    if (policy_->heartbeat.count() > 0) {
        set_timer(policy_->heartbeat);
    } else {
        worker_.timers.remove(*this);
    }
}

// The timer is not moved with every write, which would cost each event: when it fires it is asked how long ago the last
// progress was, and set again for what is left.
void http1_connection::on_stream_timer()
{
    const auto quiet = std::chrono::milliseconds(worker_.now() - last_progress_);
    const auto limit = unsent_ ? write_timeout() : policy_->heartbeat;
    const bool too_slow = takes_too_slowly();
    if (quiet < limit && !too_slow) {
        set_timer(limit - quiet);
    } else if (unsent_) {
        if (too_slow) {
            reset_on_close(socket_); // the kernel need not keep it either
            worker_.log(log_level::info, name() + " is broken off: its client takes it more slowly than " +
                                             std::to_string(worker_.limits.min_response_rate) + " bytes/s");
        }
        cancel(close_reason::write_timeout);
    } else {
        if (say(policy_->filler).value_or(write_state::sent) == write_state::sent) {
            set_timer(limit);
        }
    }
}

// A piece of the connection's own. None: there was no memory for it, and nothing was sent.
std::optional<response_writer::write_state> http1_connection::say(std::string_view text) noexcept
{
    try {
        auto& piece = scratch();
        piece.append(text);
        return send_piece(piece);
    } catch (const std::bad_alloc&) {
        return std::nullopt;
    }
}

} // namespace rill::transport
