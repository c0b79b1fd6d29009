#include "transport/http1_request_phase.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <rill/core/as_expected.hpp>
#include <rill/http/accept.hpp>

#include "core/spawn.hpp"
#include "http/refusal.hpp"
#include "transport/body_rate.hpp"
#include "transport/http1_stream_phase.hpp"

namespace rill::transport {

namespace {

constexpr std::size_t read_size = 16UL * 1024;
// The limit for a connection with a provisional slot. Its request will probably be refused.
constexpr std::chrono::milliseconds provisional_head_timeout{1'000};

constexpr std::string_view too_many_connections = "the server has as many connections as it may have";

} // namespace

http1_request_phase::http1_request_phase(http1_connection_state& connection, std::string input)
    : connection_(connection), worker_(connection.worker_), parser_(worker_.limits), responder_(connection),
      input_(std::move(input)), remote_address_(connection.socket_.peer_address())
{}

http1_request_phase::~http1_request_phase()
{
    connection_.set_current_request(nullptr);
}

void http1_request_phase::begin(http1_connection_state& connection, std::string input)
{
    connection.reserve_wait(true); // the waits of this phase then need no memory
    auto coroutine = run(connection, std::move(input));
    connection.producer_ = producer::coroutine;
    detail::spawn<&on_done>(connection.worker_.io, std::move(coroutine), connection);
}

void http1_request_phase::on_done(detail::spawned_coroutine& self, const std::exception_ptr& error)
{
    auto& connection = static_cast<http1_connection_state&>(self);
    connection.producer_ = producer::none;
    const bool failed = error != nullptr;
    if (failed && connection.reason_ == close_reason::open) {
        connection.log_error(error, {"connection ended"});
    }
    const auto step = connection.pending_.step;
    connection.schedule(failed || step == next_step::none ? next_step::destroy : step);
}

awaitable<> http1_request_phase::run(http1_connection_state& connection, std::string input)
{
    http1_request_phase self(connection, std::move(input));
    for (bool first = true;; first = false) {
        self.begin_request(first);
        held_body held(self.worker_.shared_capacity); // holds the bytes of the body until the request is answered
        const auto read = co_await self.read_request(held);
        connection.clear_timer();
        if (read == state::rejected) {
            co_await self.reject();
            co_return;
        }
        if (read != state::complete && read != state::head) {
            if (self.is_late()) {
                co_await self.refuse_late();
            } else {
                connection.schedule(next_step::close);
            }
            co_return;
        }
        lent_body body;
        request r = self.take_request(read, body);
        self.current_.handled = &r;
        response answer = co_await self.run_handler(r);
        if (!connection.has_unsent()) { // stop the timer of a client that has finished sending
            connection.clear_timer();
        }
        const bool whole = body.close();
        if (connection.reason_ != close_reason::open) { // cancelled: no client waits for the response
            co_return;
        }
        const bool closes = self.responder_.replace_faulty(answer, r);
        const bool wants_stream = http1_stream_phase::is_stream(answer, r);
        bool streams = wants_stream && http1_stream_phase(connection).admit(r);
        if (wants_stream && !streams) {
            streams = co_await self.retry_admission(answer, r);
            if (connection.reason_ != close_reason::open) {
                co_return;
            }
        }
        const bool keep_alive =
            self.parser_.keep_alive() && whole && !closes && streams == wants_stream && !self.worker_.draining();
        if (streams) { // the rest of an incomplete body is not a request
            http1_stream_phase(connection)
                .prepare(answer, r, keep_alive, whole ? std::move(self.input_) : std::string());
            co_return;
        }
        const bool sent = co_await self.responder_.respond(answer, r, keep_alive);
        if (!sent || !keep_alive) {
            connection.schedule(sent ? next_step::close : next_step::destroy);
            co_return;
        }
    }
}

void http1_request_phase::begin_request(bool first)
{
    connection_.advance(progress::next_request);
    current_ = {.idle = !first && input_.empty()};
    connection_.set_current_request(&current_);
    connection_.set_timer(current_.idle ? worker_.limits.idle_timeout : head_timeout());
}

std::chrono::milliseconds http1_request_phase::head_timeout() const noexcept
{
    const auto limit = worker_.limits.head_timeout;
    return connection_.slot_ == capacity::slot::granted ? limit : std::min(limit, provisional_head_timeout);
}

awaitable<http1_request_phase::state> http1_request_phase::read_request(held_body& held)
{
    body_progress body;
    for (;;) {
        const auto parsed = parse(held);
        if (parsed != state::need_more) {
            co_return parsed;
        }
        if (parser_.head_done()) {
            limit_body(body);
        }
        const auto received = co_await read_more();
        if (received == 0) {
            co_return parsed;
        }
        body.received += body.begun ? received : 0;
        if (current_.idle) {
            current_.idle = false;
            connection_.set_timer(head_timeout());
        }
    }
}

http1_request_phase::state http1_request_phase::parse(held_body& held)
{
    auto parsed = parser_.put(input_);
    const bool has_head = parsed == state::head || parsed == state::complete;
    if (has_head && parser_.method() == verb::unknown && !worker_.app.takes_method(parser_.head().method_name())) {
        return parser_.refuse({.status = status::not_implemented, .detail = "the method is not known here"});
    }
    if (parsed == state::head) {
        if (worker_.app.streams_body(parser_.head())) {
            return parsed;
        }
        parsed = parser_.put(input_);
    }
    if (!held.grow_to(parser_.body_size())) {
        connection_.log_over_capacity("has a body that is answered with 503");
        return parser_.refuse(rill::detail::too_busy(worker_.shared_capacity.limits.retry_after,
                                                     "the server holds as many bodies as it may hold"));
    }
    if (parsed == state::wants_continue) {
        connection_.send_bytes("HTTP/1.1 100 Continue\r\n\r\n");
        return state::need_more;
    }
    return parsed;
}

void http1_request_phase::limit_body(body_progress& body)
{
    if (!std::exchange(body.begun, true)) {
        body.began = worker_.now();
    }
    const auto& limits = worker_.limits;
    const std::chrono::milliseconds taken(worker_.now() - body.began);
    const auto allowed =
        std::min(limits.body_timeout, time_by_rate(limits.min_body_rate, limits.body_grace, body.received));
    connection_.set_timer(std::max(allowed - taken, std::chrono::milliseconds(0)));
}

auto http1_request_phase::wait_readable()
{
    return asio::async_initiate<const as_expected_t, void(error_code)>(
        [this](auto&& handler) { connection_.pending().waiting.emplace(std::forward<decltype(handler)>(handler)); },
        as_expected);
}

// Appends received bytes to the input. Returns 0 at the end of the input, when the connection is broken, when the
// deadline has passed, or when a shutdown has ended an idle connection.
awaitable<std::size_t> http1_request_phase::read_more()
{
    for (;;) {
        thread_local std::array<char, read_size> buffer; // its bytes are used before the next co_await
        const auto received = connection_.socket_.read_some(buffer.data(), buffer.size());
        if (received) {
            input_.append(buffer.data(), *received);
            co_return *received;
        }
        if (received.error() != asio::error::would_block) {
            connection_.set_peer(peer::broken);
            co_return 0;
        }
        const auto ready = co_await wait_readable();
        if (!ready) {
            co_return 0;
        }
    }
}

awaitable<> http1_request_phase::reject()
{
    const auto& why = parser_.rejection();
    worker_.log(log_level::debug, "request of " + remote_address_ + " refused: " +
                                      std::to_string(static_cast<unsigned>(why.status)) + ", " + why.detail);
    connection_.head_refused_ = !parser_.head_ended();
    co_await responder_.refuse(why, parser_.method());
}

// Browsers open connections in advance, and connection pools keep them. A client that has sent nothing gets no
// response, because it would interpret it as the response to its next request.
bool http1_request_phase::is_late() const noexcept
{
    return current_.timed_out && (!input_.empty() || parser_.head_done());
}

awaitable<> http1_request_phase::refuse_late()
{
    const problem late{.status = status::request_timeout, .detail = "the request did not arrive in time"};
    co_await responder_.refuse(late, parser_.method()); // not a temporary, because g++ 12 would destroy it twice
}

request http1_request_phase::take_request(state read, lent_body& body)
{
    request r = read == state::head ? parser_.take_head() : parser_.take();
    r.set_remote_address(remote_address_);
    if (read == state::head) {
        r.set_body_source(body.lend(connection_, parser_, input_));
    }
    return r;
}

// A connection with a provisional slot gets a granted slot if another connection has closed meanwhile.
awaitable<bool> http1_request_phase::confirm_slot()
{
    co_await yield_before_refusing();
    const bool confirmed = worker_.admission.confirm(connection_.socket_);
    connection_.slot_ = confirmed ? capacity::slot::granted : connection_.slot_;
    co_return confirmed;
}

awaitable<response> http1_request_phase::run_handler(request& r)
{
    if (connection_.slot_ != capacity::slot::granted) {
        const bool confirmed = co_await confirm_slot();
        if (!confirmed) {
            const auto& c = worker_.shared_capacity.limits;
            co_return rill::refuse(c.refusal, wants_event_stream(r), c.retry_after, too_many_connections);
        }
    }
    connection_.advance(r.streams_body() ? progress::body_follows : progress::request_read);
    if (connection_.peer_ != peer::open) { // found during the read: cancel a handler that waits
        connection_.check_peer_later();
    }
    worker_.slow.begin("a handler of ", r.path());
    std::exception_ptr error;
    try {
        response answer = co_await worker_.app(r);
        log_cause(answer, r);
        co_return answer;
    } catch (...) {
        error = std::current_exception();
    }
    if (connection_.reason_ == close_reason::open) {
        connection_.log_error(error, {"handler of ", r.path(), " failed"});
    }
    const problem failed{.status = status::internal_server_error, .detail = "the handler failed"};
    co_return failure_response(r, failed);
}

void http1_request_phase::log_cause(const response& answer, const request& r) const
{
    if (answer.cause() && connection_.reason_ == close_reason::open) {
        worker_.log(log_level::error, "handler of " + std::string(r.path()) + " failed: " + answer.cause().message());
    }
}

awaitable<bool> http1_request_phase::retry_admission(response& answer, const request& to)
{
    http1_stream_phase stream(connection_);
    co_await yield_before_refusing();
    if (connection_.reason_ != close_reason::open) {
        co_return false;
    }
    const bool admitted = stream.admit(to);
    if (!admitted) {
        stream.refuse(answer);
    }
    co_return admitted;
}

} // namespace rill::transport
