// The request phase of a connection: read, handle, respond, again.

#include <array>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <new>
#include <rill/core/as_expected.hpp>
#include <rill/core/detail/deferred.hpp>
#include <rill/core/detail/spawn.hpp>
#include <rill/http/accept.hpp>
#include <rill/http/refusal.hpp>
#include <unistd.h>

#include "transport/body_rate.hpp"
#include "transport/http1_connection.hpp"
#include "transport/http1_request_body.hpp"
#include "transport/response_check.hpp"
#include "transport/response_head.hpp"
#include "transport/socket.hpp"

namespace rill::transport {

namespace {

constexpr std::size_t read_size = 16UL * 1024;
// For a request that will be refused, as the server has no place for its connection.
constexpr std::chrono::milliseconds refusal_patience{1'000};

constexpr std::string_view no_place = "the server has as many connections as it may have";

constexpr std::size_t file_piece = 64UL * 1024;
// Of a response that is as large, the kernel may leave some.
constexpr std::size_t taken_by_kernel = 64UL * 1024;

// Marked as the middleware would have done: a browser shows a script nothing of an answer without CORS fields.
response failed_answer(const request& to, const problem& why)
{
    auto answer = to_response(why);
    for (const auto& field : to.answer_fields()) {
        answer.fields().erase(field.name);
    }
    for (const auto& field : to.answer_fields()) {
        static_cast<void>(answer.fields().add(field.name, field.value)); // was checked when it was set
    }
    return answer;
}

} // namespace

// A handler may keep its reader for longer than the connection reads the request.
struct http1_connection::lent_body
{
    std::shared_ptr<request_body> source;

    lent_body() = default;
    lent_body(const lent_body&) = delete;
    lent_body& operator=(const lent_body&) = delete;
    ~lent_body()
    {
        if (source) {
            source->detach();
        }
    }
};

// May throw bad_alloc, when nothing has begun.
void http1_connection::begin_requests(std::string input)
{
    auto coroutine = serve_requests(std::move(input));
    coroutine_runs_ = true;
    detail::spawn<&on_requests_done>(worker_.io, std::move(coroutine), cancel_, *this);
}

void http1_connection::read_requests(std::string input)
{
    try {
        begin_requests(std::move(input));
    } catch (const std::bad_alloc&) {
        on_requests_done(*this, std::current_exception());
    }
}

void http1_connection::on_requests_done(detail::spawned_coroutine& self, const std::exception_ptr& error)
{
    auto& connection = static_cast<http1_connection&>(self);
    connection.coroutine_runs_ = false;
    const bool failed = error != nullptr;
    if (failed && connection.reason_ == close_reason::open) {
        connection.log_error(error, {"connection ended"});
    }
    if (failed || connection.next_ == next_step::none) {
        connection.next_ = next_step::vanish;
    }
    connection.defer();
}

awaitable<> http1_connection::serve_requests(std::string input)
{
    request_parser parser(worker_.limits);
    const auto remote = peer_address(socket_);
    for (bool first = true;; first = false) {
        phase_ = phase::reading;
        works_with(nullptr);
        idle_ = !first && input.empty();
        timed_out_ = false;
        set_timer(idle_ ? worker_.limits.idle_timeout : head_timeout());
        held_body held(worker_.room); // until it is answered
        const auto state = co_await read_request(parser, input, held);
        worker_.timers.remove(*this);
        if (state == request_parser::state::rejected) {
            co_await reject(parser, remote);
            co_return;
        }
        const bool body_follows = state == request_parser::state::head;
        if (state != request_parser::state::complete && !body_follows) {
            // Browsers connect in advance, and pools keep connections: who has asked nothing is told nothing.
            const bool asked = !input.empty() || parser.head_done();
            if (timed_out_ && asked) {
                const problem late{.status = status::request_timeout, .detail = "the request did not arrive in time"};
                co_await refuse(late, parser.method()); // not a temporary: g++ 12 would destroy it twice
            } else {
                then(next_step::close);
            }
            co_return;
        }
        request r = body_follows ? parser.take_head() : parser.take();
        r.remote_address(remote);
        works_with(&r); // see name()
        lent_body body;
        if (body_follows) {
            body.source = std::make_shared<request_body>(*this, parser, input);
            r.body_source(body.source);
        }
        response answer = co_await run_handler(r);
        if (!unsent_) {
            worker_.timers.remove(*this); // of a client that has ended its half
        }
        const bool whole = !body.source || body.source->close();
        if (reason_ != close_reason::open) {
            co_return; // cancelled: nobody is there to be answered
        }
        auto found = check_response(answer, r.method());
        if (!found.fault.empty()) {
            answer = refuse_answer(r, found.fault);
            found.closes = false;
        }
        const bool streams = answer.streams() && r.method() != verb::head && may_have_body(answer.status());
        bool has_place = !streams || enter_stream(r);
        if (!has_place) {
            co_await let_others_leave();
            if (reason_ != close_reason::open) {
                co_return;
            }
            has_place = enter_stream(r);
        }
        if (!has_place) {
            refuse_stream(answer);
        }
        const bool keep = parser.keep_alive() && whole && !found.closes && has_place && // else it was refused
                          !worker_.draining();
        if (streams && has_place) {
            if (!whole) {
                input.clear(); // is no next request
            }
            prepare_stream(answer, r, keep, std::move(input));
            co_return;
        }
        const bool sent = co_await respond(answer, r, keep);
        if (!sent || !keep) {
            then(sent ? next_step::close : next_step::vanish);
            co_return;
        }
    }
}

auto http1_connection::wait_readable()
{
    return asio::async_initiate<const as_expected_t, void(error_code)>(
        [this](auto&& handler) { waiter_.emplace(std::forward<decltype(handler)>(handler)); }, as_expected);
}

// Appends what has arrived. 0: the end of the input, a broken connection, the deadline or a shutdown.
awaitable<std::size_t> http1_connection::read_more(std::string& input)
{
    for (;;) {
        thread_local std::array<char, read_size> buffer; // used up before anything is awaited
        const auto received = receive_some(socket_, buffer.data(), buffer.size());
        if (received) {
            input.append(buffer.data(), *received);
            co_return *received;
        }
        if (received.error() != asio::error::would_block) {
            broken_ = true;
            co_return 0;
        }
        const auto ready = co_await wait_readable();
        if (!ready) {
            co_return 0;
        }
    }
}

awaitable<request_parser::state> http1_connection::read_request(request_parser& parser, std::string& input,
                                                                held_body& held)
{
    bool in_body = false;
    std::uint32_t body_began = 0; // ms
    std::uint64_t body_received = 0;
    for (;;) {
        auto state = parser.put(input);
        const bool has_head = state == request_parser::state::head || state == request_parser::state::complete;
        if (has_head && parser.method() == verb::unknown && !worker_.app.takes_method(parser.head().method_name())) {
            problem unknown{.status = status::not_implemented, .detail = "the method is not known here"};
            co_return parser.refuse(std::move(unknown));
        }
        if (state == request_parser::state::head) {
            if (worker_.app.streams_body(parser.head())) {
                co_return state;
            }
            state = parser.put(input);
        }
        if (!held.grow_to(parser.body_size())) {
            log_full("has a body that is answered with 503");
            auto full =
                detail::too_busy(worker_.room.limits.retry_after, "the server holds as many bodies as it may hold");
            co_return parser.refuse(std::move(full));
        }
        if (state == request_parser::state::wants_continue) {
            send_bytes("HTTP/1.1 100 Continue\r\n\r\n");
            state = request_parser::state::need_more;
        }
        if (state != request_parser::state::need_more) {
            co_return state;
        }
        if (parser.head_done()) {
            if (!std::exchange(in_body, true)) {
                body_began = worker_.now();
            }
            const std::chrono::milliseconds taken(worker_.now() - body_began);
            const auto allowed =
                std::min(worker_.limits.body_timeout,
                         time_by_rate(worker_.limits.min_body_rate, worker_.limits.body_grace, body_received));
            set_timer(std::max(allowed - taken, std::chrono::milliseconds(0)));
        }
        const auto received = co_await read_more(input);
        if (received == 0) {
            co_return state;
        }
        body_received += in_body ? received : 0;
        if (idle_) {
            idle_ = false;
            set_timer(head_timeout());
        }
    }
}

std::chrono::milliseconds http1_connection::head_timeout() const noexcept
{
    const auto limit = worker_.limits.head_timeout;
    return place_ == capacity::place::given ? limit : std::min(limit, refusal_patience);
}

awaitable<response> http1_connection::run_handler(request& r)
{
    if (place_ != capacity::place::given) {
        co_await let_others_leave();
        place_ = worker_.admit_late(socket_) ? capacity::place::given : place_;
    }
    if (place_ != capacity::place::given) {
        const auto& c = worker_.room.limits;
        co_return rill::refuse(c.refusal, wants_event_stream(r), c.retry_after, no_place);
    }
    phase_ = r.streams_body() ? phase::receiving : phase::handling;
    if (peer_finished_ || broken_) { // seen while reading: a handler that waits for something is told so
        check_peer_ = true;
        defer();
    }
    worker_.slow.begins("a handler of ", r.path());
    std::exception_ptr error;
    try {
        response answer = co_await worker_.app(r);
        if (answer.cause() && reason_ == close_reason::open) {
            worker_.log(log_level::error,
                        "handler of " + std::string(r.path()) + " failed: " + answer.cause().message());
        }
        co_return answer;
    } catch (...) {
        error = std::current_exception();
    }
    if (reason_ == close_reason::open) {
        log_error(error, {"handler of ", r.path(), " failed"});
    }
    const problem failed{.status = status::internal_server_error, .detail = "the handler failed"};
    co_return failed_answer(r, failed);
}

response http1_connection::refuse_answer(const request& to, std::string_view fault) const
{
    worker_.log(log_level::error, "the answer of " + std::string(to.path()) + " can't be sent: " + std::string(fault));
    return failed_answer(to, {.status = status::internal_server_error, .detail = "the handler's answer can't be sent"});
}

// Of a response, once the kernel takes no more of it.
bool http1_connection::takes_too_slowly() const noexcept
{
    if (phase_ != phase::responding || !unsent_) {
        return false;
    }
    const auto& l = worker_.limits;
    return std::chrono::milliseconds(worker_.now() - unsent_->began) >
           time_by_rate(l.min_response_rate, l.response_grace, unsent_->taken);
}

// A response that is broken off for want of room looks like a fault of the network; this one can be asked for again.
void http1_connection::keep_within_room(response& answer, const request& to) const
{
    const auto* text = std::get_if<std::string>(&answer.body());
    if (text == nullptr || text->size() <= taken_by_kernel || worker_.room.can_queue(text->size())) {
        return;
    }
    log_full("of " + std::to_string(text->size()) + " bytes is answered with 503");
    answer = failed_answer(
        to, detail::too_busy(worker_.room.limits.retry_after, "the server has too much to send at present"));
}

// False when the response could not be sent whole.
awaitable<bool> http1_connection::respond(response& answer, const request& to, bool keep_alive)
{
    phase_ = phase::responding;
    policy_ = &default_policy;
    if (to.method() != verb::head) {
        keep_within_room(answer, to);
    }
    worker_.figures.responded(static_cast<unsigned>(answer.status()));
    auto* text = std::get_if<std::string>(&answer.body());
    auto* file = std::get_if<file_body>(&answer.body());
    const auto frame = framing_of(answer, to.method(), to.version());
    auto bytes = make_response_head(answer.status(), answer.fields(), frame, !keep_alive, to.version(), worker_.date());
    const bool with_body = to.method() != verb::head && may_have_body(answer.status());
    if (has_forbidden_body(answer)) {
        worker_.log(log_level::warning,
                    "the answer of " + std::string(to.path()) + " has a body that its status must not have");
    }
    if (with_body && text != nullptr) {
        bytes.append(*text);
    }
    const auto sent = co_await wait_for(send_bytes(bytes), as_expected);
    if (!sent) {
        co_return false;
    }
    if (with_body && file != nullptr) {
        co_return co_await send_file(*file);
    }
    co_return true;
}

awaitable<bool> http1_connection::send_file(file_body& file)
{
    std::string piece;
    while (file.length != 0) {
        piece.resize(std::min<std::uint64_t>(file.length, file_piece));
        const auto count = ::pread(file.file.get(), piece.data(), piece.size(), static_cast<off_t>(file.offset));
        if (count < 0 && errno == EINTR) {
            continue; // as from files that are far away
        }
        if (count <= 0) {
            worker_.log(log_level::error, "a file became shorter while it was sent");
            co_return false; // the promised length can't be kept: the connection must not be used again
        }
        file.offset += static_cast<std::uint64_t>(count);
        file.length -= static_cast<std::uint64_t>(count);
        const auto sent = co_await wait_for(send_bytes({piece.data(), static_cast<std::size_t>(count)}), as_expected);
        if (!sent) {
            co_return false;
        }
    }
    co_return true;
}

awaitable<> http1_connection::reject(const request_parser& parser, const std::string& remote)
{
    const auto& why = parser.rejection();
    worker_.log(log_level::debug, "request of " + remote + " refused: " +
                                      std::to_string(static_cast<unsigned>(why.status)) + ", " + why.detail);
    head_refused_ = !parser.head_ended();
    co_await refuse(why, parser.method());
}

// `method` as far as it is known: a refusal of HEAD has no body either.
awaitable<> http1_connection::refuse(const problem& p, verb method)
{
    auto answer = to_response(p);
    const request refused(method, "");
    const bool sent = co_await respond(answer, refused, false);
    then(sent ? next_step::close : next_step::vanish);
}

} // namespace rill::transport
