#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <memory>
#include <optional>
#include <rill/core/detail/spawned_coroutine.hpp>
#include <rill/core/detail/waiter.hpp>
#include <rill/core/timer_service.hpp>
#include <rill/http/response.hpp>
#include <rill/http/stream.hpp>

#include "transport/http1_response_writer.hpp"
#include "transport/reactor.hpp"
#include "transport/request_parser.hpp"

namespace rill::transport {

/// One client's connection, from accept to close.
///
///     reading -> handling -> responding -> reading ...      the request phase: one coroutine, with parser and buffers
///                    \-> streaming -> (reading | closing)    the stream phase: the handler's coroutine, and this
///                    object
///     reading -> receiving -> handling                      a handler that reads the body while it arrives
///     any -> closing -> gone
///
/// A stream has no use for the parser, the request and their coroutine: they are gone before it begins. What a stream
/// costs for as long as it lives is this object, so its members are few and ordered by size.
///
/// Owns itself: made by start(), it ends when its socket is closed and no coroutine runs on it. All changes of phase
/// are made from worker_context::later(), outside any coroutine.
class http1_connection final : public http1_response_writer, private detail::spawned_coroutine, private timer_node
{
public:
    /// Takes over an accepted, non-blocking socket. An error, for which the socket is closed, means that the process is
    /// short of something; a connection that the server has no place for is none.
    static error_code start(worker_context& worker, int socket);

    http1_connection(worker_context& worker, int socket);
    http1_connection(const http1_connection&) = delete;
    http1_connection& operator=(const http1_connection&) = delete;

    /// The handler's pending operation completes with operation_aborted, and its frame unwinds. Only from the event
    /// loop.
    void cancel(close_reason reason);

    void end(close_reason reason) override;
    void policy(const stream_policy& policy) override;

    /// The two stages of a shutdown.
    void drain();
    void abandon();

    bool streams() const noexcept { return phase_ == phase::streaming; }
    stream_report report() const;

    /// Whether that is this connection's own coroutine.
    bool is(const detail::spawned_coroutine& coroutine) const noexcept { return &coroutine == this; }
    /// For the log: the stream and its route, or the path that is handled, or else the client.
    std::string name() const;

    void on_later();
    void on_ready(readiness what);

private:
    friend class worker_context;
    ~http1_connection();

    enum class phase : std::uint8_t
    {
        reading,
        receiving,
        handling,
        responding,
        streaming,
        closing
    };
    enum class next_step : std::uint8_t
    {
        none,
        read_requests,
        begin_stream,
        end_stream,
        close,
        discard,
        vanish
    };
    class pending_stream; // what the request phase hands to the stream phase
    class request_body;   // of a handler that reads it while it arrives
    struct lent_body;

    // Readiness, time, and writes that fail or wait.
    void on_input();
    void on_output();
    void on_timer();
    void on_stream_timer();
    void on_blocked() override;
    void on_unblocked() override;
    void on_broken(close_reason why) override;
    void wake_later() override { defer(); }
    void set_timer(std::chrono::milliseconds after);
    void defer() noexcept;
    void then(next_step step) noexcept;

    // The request phase (http1_requests.cpp).
    void begin_requests(std::string input);
    void read_requests(std::string input);
    awaitable<> serve_requests(std::string input);
    awaitable<request_parser::state> read_request(request_parser& parser, std::string& input, held_body& held);
    awaitable<std::size_t> read_more(std::string& input);
    awaitable<response> run_handler(request& r);
    awaitable<bool> respond(response& r, const request& to, bool keep_alive);
    awaitable<bool> send_file(file_body& file);
    void keep_within_room(response& answer, const request& to) const;
    awaitable<> refuse(const problem& p, verb method);
    response refuse_answer(const request& to, std::string_view fault) const;
    awaitable<> reject(const request_parser& parser, const std::string& remote);
    std::chrono::milliseconds head_timeout() const noexcept;
    auto wait_readable();
    static void on_requests_done(detail::spawned_coroutine& self, const std::exception_ptr& error);

    // The stream phase (http1_stream.cpp).
    bool admit_stream(const request& to);
    void refuse_stream(response& answer);
    void release_stream();
    void prepare_stream(response& r, const request& to, bool keep_alive, std::string input);
    void begin_stream();
    void end_stream();
    void set_stream_timer();
    std::optional<write_state> say(std::string_view text) noexcept;
    static void on_stream_done(detail::spawned_coroutine& self, const std::exception_ptr& error);

    // The end (http1_closing.cpp).
    void close_politely();
    void discard_input();
    void on_closing_timer();
    bool reads_no_more() const noexcept;

    void log_error(const std::exception_ptr& error, std::initializer_list<std::string_view> what) const noexcept;

    void log_full(std::string_view what) const noexcept;
    bool takes_too_slowly() const noexcept;

    void complete(error_code ec);
    void unwind();
    bool peer_has_left() const noexcept;
    void limit_half_closed();
    void missing(std::uint64_t bytes) noexcept;

    // The stream's body, or a pending_stream before the stream begins. It is what the stream's coroutine works with;
    // what the request phase works with is the request.
    streaming_body* body() const noexcept;
    void body(std::unique_ptr<streaming_body> body) noexcept;

    asio::cancellation_signal cancel_;
    std::uint64_t stream_began_ : 48 = 0; // ms
    std::uint64_t route_ : 16 = 0;        // in the worker's figures
    // Bytes: while receiving, those of the body that must come at least; while closing, those that were unacknowledged
    // when that was looked at last.
    std::uint32_t outstanding_ = UINT32_MAX;
    std::uint8_t reads_left_ = 0; // of what follows a refused head, while closing
    phase phase_ : 3 = phase::reading;
    next_step next_ : 3 = next_step::none;
    bool deferred_ : 1 = false;
    bool coroutine_runs_ : 1 = false;
    bool check_peer_ : 1 = false;
    bool peer_finished_ : 1 = false;
    bool broken_ : 1 = false;
    bool timed_out_ : 1 = false;
    bool idle_ : 1 = false; // between two requests, with nothing read of the next
    bool keep_alive_ : 1 = false;
    bool has_body_ : 1 = false;
    bool keeps_input_ : 1 = false; // the body is a pending_stream still
    bool pushed_ : 1 = false;      // a stream whose body has no coroutine
    bool head_refused_ : 1 = false;
    bool is_stream_ : 1 = false; // counted among the server's
    bool is_answer_to_get_ : 1 = false;
    bool has_events_ : 1 = false;
    capacity::slot slot_ : 2 = capacity::slot::rejected;
};

} // namespace rill::transport
