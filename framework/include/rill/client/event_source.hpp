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

/// The next attempt of a source to connect.
struct reconnect
{
    /// Why the previous connection or attempt ended.
    failure reason;
    /// Number of attempts in a row that have failed. 0 if the previous stream has received an event.
    unsigned failures = 0;
    /// Time until the attempt. The hook may change it.
    std::chrono::milliseconds wait{0};
};

/// Options of an event source. A time of 0 means no limit.
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

    /// The source uses the options and the connections of this client. The two timeouts below replace those of the
    /// client.
    http client{};
    /// Maximum time from the end of the request to the head of the response.
    std::chrono::milliseconds response_timeout{30'000};
    /// The source reconnects if nothing arrives for this time, not even a comment. A rill server sends a comment every
    /// 15 s.
    std::chrono::milliseconds idle_timeout{60'000};

    /// Time until the first reconnect, unless the server sends `retry`.
    std::chrono::milliseconds initial_backoff{1'000};
    /// Maximum time between two attempts. `retry` and Retry-After may cause a longer time.
    std::chrono::milliseconds max_backoff{30'000};
    /// The source ends if this number of attempts in a row have failed. 0: no limit.
    unsigned max_attempts = 0;

    sse::parser_limits limits{};

    /// The source calls this hook before each request, e.g. to set a new token. If the hook returns an error, the
    /// attempt has failed.
    hook<request> prepare{};
    /// The source calls this hook before it waits for a reconnect. If the hook returns an error, the source ends with
    /// this error. A program can log the reason. A test can control each reconnect.
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
/// A response with status 200 and text/event-stream opens the stream. The source reconnects, with Last-Event-ID, if the
/// stream ends, if the connection fails, and with the statuses 408, 429 and 5xx. Before each attempt it waits for the
/// time in `retry` or for `initial_backoff`. Each failed attempt doubles this time, up to `max_backoff`. The source
/// waits at least for the time in Retry-After (RFC 9110, section 10.2.3), and adds up to half of the wait at random.
/// The source follows redirects like http::send(). After permanent redirects (301, 308) it reconnects to the new URL,
/// and after temporary ones to the original URL. It ends with 204 (errc::finished), another status (errc::refused),
/// another Content-Type (errc::not_an_event_stream), an invalid redirect, or a line or an event above the limits
/// (error::message_too_large).
///
/// The source belongs to the event loop on which next() runs. Destroy the source before this event loop. next()
/// requires the same executor as rill::interval, and uses the timers of rill.
class event_source
{
public:
    /// Throws std::invalid_argument if `last_event_id` contains CR, LF or another control character.
    explicit event_source(event_source_options options);
    event_source(event_source&&) noexcept;
    event_source& operator=(event_source&&) noexcept;
    ~event_source();

    /// Waits for the next event. Connects if there is no connection. Returns an empty optional if the source has ended.
    /// end() then returns the reason. At most one next() may be pending. A second one throws
    /// std::logic_error. The source need not outlive a pending next(). It then closes the connection after next().
    ///
    /// Cancellation (terminal, partial, total) throws operation_aborted. A later next() continues and no event is lost,
    /// but the source starts a cancelled attempt to connect again. next() also throws the exceptions of hooks.
    awaitable<std::optional<event>> next();

    /// Why the source has ended. Empty if it has not ended.
    const std::optional<failure>& end() const noexcept;
    /// Why the last connection or attempt ended. Empty if none has ended.
    const std::optional<failure>& last_failure() const noexcept;
    /// The status of the last response. 0 if there was no response.
    unsigned status() const noexcept;
    /// Whether a stream is open.
    bool is_open() const noexcept;
    /// The id of the last event. The next request sends it as Last-Event-ID. To continue the stream in a new source,
    /// even in another process, set event_source_options::last_event_id to this id.
    const std::string& last_event_id() const noexcept;

private:
    struct state;
    std::shared_ptr<state> state_; // shared with the pending next()
};

} // namespace rill::client
