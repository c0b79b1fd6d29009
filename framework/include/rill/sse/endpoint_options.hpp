#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <rill/http/handler.hpp>
#include <rill/http/limits.hpp>
#include <rill/http/request.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rill::sse {

/// The default of endpoint_options::heartbeat.
inline constexpr std::chrono::milliseconds default_heartbeat{30'000};

struct endpoint_options
{
    /// After this time without an event, and up to 250 ms more, the server sends a comment or `heartbeat_event`.
    /// Proxies then keep the connection, and the server detects an unreachable client. 0: no heartbeats. Unset: the
    /// heartbeat of the channel, or default_heartbeat.
    std::optional<std::chrono::milliseconds> heartbeat{};
    /// If not empty, each heartbeat is an event with this name, empty data and no id. A script can detect such an
    /// event, but it cannot detect a comment. The endpoint throws std::invalid_argument if the name is not UTF-8, or
    /// contains CR, LF or NUL.
    std::string heartbeat_event{};

    /// Reconnection time, sent at the start of each stream. The endpoint adds a different time, up to `retry_jitter`,
    /// for each stream. Therefore clients that are disconnected at the same time do not reconnect at the same time.
    std::optional<std::chrono::milliseconds> retry{};
    /// Maximum time that is added to `retry`. Unset: half of `retry`. 0: all streams get the same value.
    std::optional<std::chrono::milliseconds> retry_jitter{};

    /// The stream ends if data waits to be sent and the client accepts no data for this time.
    std::chrono::milliseconds write_timeout{5'000};

    /// Maximum number of streams of the route, over all workers. 0: no limit. Further clients are refused. Each refused
    /// client gets a different retry time between `retry_after` and twice this.
    std::size_t max_streams = 0;
    rill::refusal refusal = rill::refusal::unavailable;
    std::chrono::milliseconds retry_after{5'000};

    /// Encoded event, e.g. "retry: 3000\n\n". The server sends it to each stream before a shutdown ends the stream.
    /// If it does not end with an empty line, the constructor of the endpoint throws std::invalid_argument.
    std::string farewell{};

    /// If true, the streams of this route continue at a shutdown until their handlers return, for at most
    /// server_options::drain_timeout. Use it for handlers that check stop_requested() or wait for stopped(). If false,
    /// the shutdown ends the streams. event_stream::finish_on_shutdown() has the effect of true for a single stream.
    bool finish_on_shutdown = false;

    /// The query parameter with the last event id. It is for clients that cannot set the header, such as a new
    /// EventSource.
    std::string last_event_id_parameter{"lastEventId"};

    /// Additional headers of each response, also of a refusal. A name may occur several times, e.g. Link. Content-Type,
    /// Cache-Control and X-Accel-Buffering replace the default headers.
    std::vector<std::pair<std::string, std::string>> headers{};

    /// Cross-origin resource sharing: rill::middleware::cors(). It applies to all responses of the endpoint, and to
    /// OPTIONS requests of its route. Browsers send a preflight request if the Last-Event-ID is longer than 128 bytes
    /// or has special characters (Fetch standard, "CORS-safelisted request-header").
    middleware_function cors{};

    /// Called with the request and its last event id. Returns true if there are no more events for this client. The
    /// response is then 204, and an EventSource does not reconnect (WHATWG HTML, section 9.2.3).
    std::function<bool(const request&, std::string_view last_event_id)> finished{};

    /// Returns the time at which the stream ends with close_reason::expired, such as the expiry of a token. Nothing: no
    /// deadline. The server calls the function once, before the stream begins, and then measures the remaining time
    /// with the clock of the worker. Therefore later changes of the system clock have no effect. If the time has passed
    /// already, the server does not call the handler. It sends a complete response with only `retry` and `until_event`,
    /// which does not count as a stream.
    std::function<std::optional<std::chrono::system_clock::time_point>(const request&)> until{};
    /// Encoded event that the server sends to a stream before `until` ends it, e.g. "event: expired\ndata:\n\n". It
    /// must end with an empty line, like `farewell`.
    std::string until_event{};

    /// Returns the tag of the stream for end_streams(), such as the id of the user: see rill::stream_tag. If the tag is
    /// empty, the stream keeps the tag that middleware has set. The server calls the function once, before the stream
    /// begins.
    std::function<std::string(const request&)> stream_tag{};

    /// For an endpoint of a channel or a hub: returns the name of the stream in the list of subscribers. If the name is
    /// empty, the stream is not in the list. Overrides hub_options::subscriber_name. A handler that subscribes must
    /// pass the name to subscribe() itself.
    std::function<std::string(const request&)> subscriber_name{};
};

} // namespace rill::sse
