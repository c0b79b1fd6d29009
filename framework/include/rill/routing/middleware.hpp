#pragma once

#include <chrono>
#include <functional>
#include <rill/core/detail/saturated.hpp>
#include <rill/http/forwarded.hpp>
#include <rill/http/handler.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rill::middleware {

struct cors_options
{
    std::vector<std::string> origins{"*"};       ///< e.g. "https://app.example", see cors(); "*" is any
    std::vector<std::string> methods{};          ///< empty: what the client asks for
    std::vector<std::string> request_headers{};  ///< beyond the safelisted ones; empty: what the client asks for
    std::vector<std::string> response_headers{}; ///< that scripts may read beyond the safelisted ones
    bool credentials = false;                    ///< cookies and authorization; needs named origins
    std::chrono::seconds preflight_max_age{600}; ///< how long a browser may keep the answer to a preflight
};

/// Cross-origin resource sharing (Fetch standard, "CORS protocol"): answers preflights itself, and marks the responses
/// to allowed origins; others are served unmarked, which browsers keep from their scripts. Every response gets `Vary:
/// Origin` unless any origin is allowed.
///
/// An origin is a scheme, a host and perhaps a port, in lower case, as browsers send it: without a path, a slash at the
/// end, or the port that is the scheme's default. "null" stands for pages without an origin of their own, such as
/// files. Throws std::invalid_argument for anything else, which would never match; for credentials together with "*";
/// for methods and names of headers that are no tokens; and for a negative preflight_max_age.
middleware_function cors(cors_options options = {});

/// Whether these are a user's name and password. Called in the event loop, so it must not block; compare secrets in
/// constant time. With several workers it is called from all of their threads.
using credentials_check = std::function<bool(std::string_view user, std::string_view password)>;

/// HTTP Basic authentication (RFC 7617): 401 with a challenge unless `check` agrees. Only over TLS: the password is
/// sent in clear. Throws std::invalid_argument when `realm` holds a quote, a backslash or a control character.
middleware_function basic_auth(credentials_check check, std::string_view realm = "rill");

/// Gives every request an X-Request-Id: the client's, when it is 1 to 64 letters, digits, '-', '_' or '.', otherwise 32
/// random hexadecimal digits. Set in the request, for handlers and logs, and in the response.
middleware_function request_id();

/// Passes W3C trace context on: a valid `traceparent` (W3C Trace Context, 3.2) stays in the request, for handlers and
/// logs, and is given back in the response. One that is malformed is taken out of the request, with its `tracestate`.
middleware_function trace_context();

/// Gives the request the address of the client behind the proxies that are trusted, as remote_address(): see
/// client_address(). To be the outermost, so that logs and limits see it.
middleware_function forwarded(trusted_proxies trusted);

/// Serves these hosts only: others are answered with 421 (RFC 9110, 7.4), and the connection stays. A name is
/// "example.org", "*.example.org" for all below that one, or an address, such as "192.0.2.1" or "[::1]"; case, a dot at
/// the end, and the port do not matter, as in front of a server the port may be another. A request of HTTP/1.0 without
/// Host passes. To be outermost, about the router that is served. Throws std::invalid_argument for what is no name.
middleware_function hosts(std::vector<std::string> names);

/// Answers 503 when the handler has not returned its response within `limit`, and cancels it (terminal cancellation;
/// the answer is sent when the handler has unwound). A streamed body begins afterwards and is not limited.
middleware_function timeout(std::chrono::steady_clock::duration limit);
template <class Rep, class Period>
middleware_function timeout(std::chrono::duration<Rep, Period> limit)
{
    return timeout(detail::saturated<std::chrono::steady_clock::duration>(limit));
}

/// One line per response, without a line end:
///
///     127.0.0.1 "GET /ticks?ms=20 HTTP/1.1" 200 1234 0.8ms
///
/// address, request line, status, bytes of the body ('-' when it is streamed), time until the response was ready. When
/// the handler was cancelled, because the client has left, the status is 499; when it threw anything else, 500. What a
/// client could use to forge lines is shown as '?'. With several workers `sink` is called from all of their threads.
middleware_function access_log(std::function<void(std::string_view line)> sink);

} // namespace rill::middleware
