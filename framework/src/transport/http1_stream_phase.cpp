#include "transport/http1_stream_phase.hpp"

#include <atomic>
#include <memory>
#include <new>
#include <rill/http/problem.hpp>

#include "core/spawn.hpp"
#include "http/refusal.hpp"
#include "transport/response_head.hpp"

namespace rill::transport {

namespace {

constexpr std::string_view last_chunk = "0\r\n\r\n";

std::atomic<std::uint32_t> streams_begun{0};

// Whether the server sends a last event before it ends the stream.
constexpr bool has_last_event(close_reason reason) noexcept
{
    return reason == close_reason::drained || reason == close_reason::expired;
}

// Turns the response into a 403. The other headers stay, because a browser needs the headers of CORS.
void revoke_stream(response& stream)
{
    auto refused = to_response({.status = status::forbidden, .detail = "the access was revoked"});
    stream.set_status(refused.status());
    for (const auto& field : refused.fields()) {
        stream.set_header(field.name, field.value);
    }
    stream.set_body(std::move(refused.body()));
}

// Holds the data that the request phase hands over, together with the handler's body, because a connection has only one
// pointer for both. After the body has started, this object remains only if it holds input of the next request.
class pending_stream final : public streaming_body
{
public:
    pending_stream(std::unique_ptr<streaming_body> body, std::string head, std::string input, std::string_view target)
        : body(std::move(body)), head(std::move(head)), input(std::move(input)), target(target)
    {}

    awaitable<> start(response_writer& out) override { return body->start(out); }

    std::unique_ptr<streaming_body> body;
    std::string head;
    std::string input; // bytes of the next request
    std::string target;
};

} // namespace

bool http1_stream_phase::is_stream(const response& answer, const request& to) noexcept
{
    return answer.streams() && to.method() != verb::head && may_have_body(answer.status());
}

bool http1_stream_phase::admit(const request& to)
{
    auto& c = connection_;
    const auto* current = c.current_request();
    if (current != nullptr && current->revoked) {
        return false;
    }
    c.has_stream_slot_ = c.worker_.admission.admit_stream(c.socket_, to.remote_address());
    return c.has_stream_slot_;
}

void http1_stream_phase::refuse(response& answer)
{
    const auto* current = connection_.current_request();
    if (current != nullptr && current->revoked) {
        return revoke_stream(answer);
    }
    auto& shared = connection_.worker_.shared_capacity;
    shared.refused_streams.fetch_add(1, std::memory_order_relaxed);
    rill::refuse_stream(answer, shared.limits.refusal, shared.limits.retry_after,
                        "the server has as many streams as it may have");
}

void http1_stream_phase::prepare(response& answer, const request& to, bool keep_alive, std::string input)
{
    auto& c = connection_;
    auto& worker = c.worker_;
    c.note_terms(to);
    c.chunked_ = to.version() >= 11;
    c.keeps_alive_ = keep_alive && c.chunked_;
    c.stream_ = {.began = 0, .route = worker.stats.route(to.route())};
    worker.stats.responded(static_cast<unsigned>(answer.status()));
    const framing frame{.chunked = c.chunked_};
    auto head =
        make_response_head(answer.status(), answer.fields(), frame, !c.keeps_alive_, to.version(), worker.date.get());
    c.set_body(std::make_unique<pending_stream>(std::move(std::get<std::unique_ptr<streaming_body>>(answer.body())),
                                                std::move(head), std::move(input), to.target()),
               working_memory::pending_stream);
    c.is_answer_to_get_ = to.method() == verb::get;
    c.has_events_ = rill::detail::is_event_stream(answer);
    c.schedule(next_step::begin_stream);
}

void http1_stream_phase::begin()
{
    auto& c = connection_;
    auto& worker = c.worker_;
    c.advance(progress::stream);
    c.reserve_wait(false);
    c.policy_ = &http1_connection_state::default_policy;
    c.stream_number_ = ++streams_begun;
    worker.stats.stream_opened(c.stream_.route);
    c.stream_.began = worker.milliseconds();
    c.socket_.limit_unsent(worker.limits.max_unsent_bytes);
    try {
        start_body();
    } catch (...) { // the user's start() may throw, too
        on_done(c, std::current_exception());
        return;
    }
    if (c.peer_ != peer::open) {
        c.check_peer_later();
    }
    if (worker.draining() && !c.finishes_on_shutdown()) {
        c.cancel(close_reason::drained);
    }
}

void http1_stream_phase::start_body()
{
    auto& c = connection_;
    auto& worker = c.worker_;
    auto& pending = static_cast<pending_stream&>(*c.body());
    if (worker.events.on_stream_opened) {
        const auto remote = c.socket_.peer_address();
        worker.events.on_stream_opened({c.stream_number_, pending.target, remote});
    }
    const auto head = std::move(pending.head);
    const http1_response_writer::held_head held(c, head);
    if (pending.input.empty()) {
        auto own = std::move(pending.body);
        c.set_body(std::move(own));
    }
    worker.slow.begin("a stream of ", worker.stats.routes[c.stream_.route].route);
    c.producer_ = producer::coroutine; // start() may already end the stream
    auto coroutine = c.body()->start(c);
    if (!coroutine.valid()) {
        c.producer_ = producer::external;
        return;
    }
    // A client can repeat a GET. After any other request, the client needs the whole response.
    c.finishes_on_shutdown_ = c.finishes_on_shutdown_ || !c.is_answer_to_get_;
    detail::spawn<&on_done>(worker.io, std::move(coroutine), c);
}

void http1_stream_phase::on_done(detail::spawned_coroutine& self, const std::exception_ptr& error)
{
    auto& c = static_cast<http1_connection_state&>(self);
    c.producer_ = producer::none;
    if (c.reason_ == close_reason::open) {
        c.reason_ = error ? close_reason::handler_error : close_reason::handler_returned;
        if (error) {
            c.log_error(error, {c.name(), " failed"});
        }
    }
    c.schedule(next_step::end_stream);
}

stream_end http1_stream_phase::end()
{
    auto& c = connection_;
    c.clear_timer();
    c.producer_ = producer::none;
    c.drop_all();
    const bool keeps_input = c.memory_ == working_memory::pending_stream;
    auto input = keeps_input ? std::move(static_cast<pending_stream&>(*c.body()).input) : std::string();
    c.release_stream();
    c.release_extras();
    report_end();
    // For any other stream, a part must not look like the whole body.
    const auto& last_event = c.reason_ == close_reason::expired ? c.policy_->until_event : c.policy_->farewell;
    const bool may_be_cut = c.is_answer_to_get_ && (c.has_events_ || !last_event.empty());
    if (has_last_event(c.reason_) && !last_event.empty()) {
        write_internal(last_event);
    }
    c.policy_ = &http1_connection_state::default_policy; // the body may own the policy
    c.set_body(nullptr);                                 // the destructor of the body may read the reason
    const auto next = finish_body(may_be_cut);
    if (next == after_stream::request) {
        c.reason_ = close_reason::open;
        c.finishes_on_shutdown_ = false;
        if (c.worker_.limits.tcp_user_timeout.count() > 0) { // the heartbeat of the stream may have changed the timeout
            c.socket_.set_tcp_user_timeout(c.worker_.limits.tcp_user_timeout);
        }
    }
    return {next, std::move(input)};
}

void http1_stream_phase::report_end()
{
    auto& c = connection_;
    auto& worker = c.worker_;
    worker.stats.stream_closed(c.stream_.route, c.reason_);
    if (worker.events.on_stream_closed) {
        const auto duration = worker.milliseconds() - c.stream_.began;
        worker.events.on_stream_closed({c.stream_number_, c.reason_, std::chrono::milliseconds(duration)});
    }
}

// An incomplete body gets no last chunk. In HTTP/1.0, the end of the connection is the end of the body. Therefore the
// connection is reset.
after_stream http1_stream_phase::finish_body(bool may_be_cut)
{
    auto& c = connection_;
    const bool revoked = c.reason_ == close_reason::revoked;
    const bool by_server = has_last_event(c.reason_) || revoked;
    const bool complete = c.reason_ == close_reason::handler_returned || (by_server && may_be_cut);
    // A client that has lost its access must not get the events that are still queued.
    const bool does_not_read =
        c.reason_ == close_reason::write_timeout || c.reason_ == close_reason::evicted || (revoked && c.has_unsent());
    if (does_not_read || (!complete && !c.chunked_)) {
        c.socket_.reset_on_close();
        return after_stream::destroy;
    }
    if (!complete) {
        return by_server ? after_stream::close : after_stream::destroy;
    }
    if (c.chunked_) {
        c.send_bytes(last_chunk);
    }
    const bool next_request =
        !by_server && c.keeps_alive_ && !c.has_unsent() && c.peer_ != peer::broken && !c.worker_.draining();
    return next_request ? after_stream::request : after_stream::close;
}

void http1_stream_phase::start_heartbeat()
{
    if (connection_.policy_->heartbeat.count() > 0) {
        connection_.set_heartbeat_timer(connection_.policy_->heartbeat);
    } else {
        connection_.clear_timer();
    }
}

void http1_stream_phase::send_heartbeat()
{
    const auto written = write_internal(connection_.policy_->filler);
    if (written.value_or(rill::detail::write_state::sent) == rill::detail::write_state::sent) {
        connection_.set_heartbeat_timer(connection_.policy_->heartbeat);
    }
}

// Writes text that the connection itself adds, such as a heartbeat. Returns none, and sends nothing, if memory is
// missing.
std::optional<rill::detail::write_state> http1_stream_phase::write_internal(std::string_view text) noexcept
{
    try {
        auto& piece = rill::detail::stream_writer::scratch();
        piece.append(text);
        return connection_.send_piece(piece);
    } catch (const std::bad_alloc&) {
        return std::nullopt;
    }
}

} // namespace rill::transport
