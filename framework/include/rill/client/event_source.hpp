#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <rill/client/event.hpp>
#include <rill/client/hook.hpp>
#include <rill/client/http.hpp>
#include <rill/core/awaitable.hpp>
#include <rill/core/failure.hpp>
#include <rill/sse/parser.hpp>
#include <string>

namespace rill::client {

/// A reconnect that is about to happen.
struct reconnect
{
    /// Why the previous connection or attempt has ended.
    failure reason;
    /// Number of attempts in a row that have failed. 0 after a stream that has received an event.
    unsigned failures = 0;
    /// Time until the attempt. The hook may change it.
    std::chrono::milliseconds wait{0};
};

/// Options of an event source. 0 as a time: no limit.
struct event_source_options
{
    /// An absolute URL. See parse_url().
    std::string url{};
    verb method = verb::get;
    /// Further header fields of each request. They may replace Accept and Cache-Control.
    rill::headers headers{};
    /// The body of each request, e.g. with POST. Set its Content-Type in `headers`.
    std::string body{};
    /// The id after which the stream begins. Empty: the server decides.
    std::string last_event_id{};

    /// The client whose options and connections are used. Its idle_timeout and response_timeout are replaced by those
    /// below.
    http client{};
    /// Maximum time from the end of the request to the head of the response.
    std::chrono::milliseconds response_timeout{30'000};
    /// The source reconnects if nothing arrives for this time, not even a comment. A rill server sends a comment every
    /// 15 s.
    std::chrono::milliseconds idle_timeout{60'000};

    /// Time until the first reconnect, unless the server sends `retry`.
    std::chrono::milliseconds initial_backoff{1'000};
    /// Maximum time between two attempts. `retry` and Retry-After may ask for more.
    std::chrono::milliseconds max_backoff{30'000};
    /// The source ends if as many attempts in a row have failed. 0: it never gives up.
    unsigned max_attempts = 0;

    sse::parser_limits limits{};

    /// Called before each request, e.g. to set a fresh token. An error counts as a failed attempt.
    hook<request> prepare{};
    /// Called before each wait for a reconnect. An error ends the source with it. A test can let the source reconnect
    /// step by step, and a program can log the reason.
    hook<reconnect> before_reconnect{};
};

/// A stream of events that reconnects by itself, like EventSource of browsers (WHATWG HTML, section 9.2).
///
///     rill::client::event_source source({.url = "http://127.0.0.1:8080/ticks"});
///     while (auto e = co_await source.next()) {
///         use(e->data);
///     }
///     log(source.end()->message());
///
/// A 200 with text/event-stream opens the stream. After its end, after an error of the connection, and with 408, 429
/// and 5xx, the source connects again, with Last-Event-ID. It waits for the time in `retry` or `initial_backoff`,
/// doubled with each failed attempt up to `max_backoff`, for at least Retry-After (RFC 9110, section 10.2.3), and for
/// up to half more at random. Everything else is final: 204 (errc::finished), other statuses (errc::refused), another
/// Content-Type (errc::not_an_event_stream), an invalid redirect, a line or an event above the limits
/// (error::message_too_large). Redirects are followed as by http::send().
///
/// Belongs to the event loop on which next() runs, and must not outlive it. next() runs where rill::interval works, and
/// its timers are rill's timers.
class event_source
{
public:
    explicit event_source(event_source_options options);
    event_source(event_source&&) noexcept;
    event_source& operator=(event_source&&) noexcept;
    ~event_source();

    /// Waits for the next event, and connects if there is no connection. Returns an empty optional if the source has
    /// ended; end() has the reason. At most one next() may be pending.
    ///
    /// Cancellation (terminal, partial, total) throws operation_aborted. The source stays usable and loses no event: a
    /// later next() continues, but an attempt to connect begins again. Exceptions of hooks are thrown here.
    awaitable<std::optional<event>> next();

    /// Why the source has ended. Empty as long as it has not.
    const std::optional<failure>& end() const noexcept;
    /// Why the last connection or attempt has ended, if there was one.
    const std::optional<failure>& last_failure() const noexcept;
    /// The status of the last response. 0 without one.
    unsigned status() const noexcept;
    /// Whether a stream is open.
    bool is_open() const noexcept;
    /// The id of the last event, which the next request sends as Last-Event-ID. To continue later, even in another
    /// process, pass it to the options of a new source.
    const std::string& last_event_id() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace rill::client
