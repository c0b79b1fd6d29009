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
    std::vector<std::string> origins{"*"};       ///< e.g. "https://app.example", see cors(); "*" allows any origin
    std::vector<std::string> methods{};          ///< empty: the method that the client requests
    std::vector<std::string> request_headers{};  ///< besides the safelisted ones; empty: those that the client requests
    std::vector<std::string> response_headers{}; ///< headers that scripts may read, besides the safelisted ones
    bool credentials = false;                    ///< allows cookies and authorization; requires named origins
    std::chrono::seconds preflight_max_age{600}; ///< how long a browser may keep the response to a preflight
};

/// Cross-origin resource sharing (Fetch standard, "CORS protocol"). Answers preflight requests, and adds the CORS
/// headers to responses for allowed origins. A response for another origin gets none of these headers. The browser then
/// hides the response from scripts. Every response gets `Vary: Origin`, unless all origins are allowed.
///
/// Write an origin in lower case, as browsers send it: a scheme, a host, and a port unless it is the default port of
/// the scheme. A path and a slash at the end are not allowed. "null" means pages without an origin, such as files.
/// Throws std::invalid_argument for any other origin, because it would never match; for credentials together with "*";
/// for a method or header name that is not a token; and for a negative preflight_max_age.
middleware_function cors(cors_options options = {});

/// Checks a user name and a password. It runs in the event loop and must not block. It should compare secrets in
/// constant time. With several workers, several threads may call it at once.
using credentials_check = std::function<bool(std::string_view user, std::string_view password)>;

/// HTTP Basic authentication (RFC 7617): answers 401 with a challenge if `check` returns false. Use it only over TLS,
/// because the password is not encrypted. Throws std::invalid_argument if `realm` contains a quote, a backslash or a
/// control character.
middleware_function basic_auth(credentials_check check, std::string_view realm = "rill");

/// Sets X-Request-Id in each request, for handlers and logs, and in its response. A value from the client is kept if it
/// consists of 1 to 64 letters, digits, '-', '_' or '.'. Otherwise the value is 32 random hexadecimal digits.
middleware_function request_id();

/// Passes on the W3C trace context. A valid `traceparent` (W3C Trace Context, 3.2) stays in the request, for handlers
/// and logs, and is added to the response. A malformed `traceparent` is removed from the request, together with
/// `tracestate`.
middleware_function trace_context();

/// Sets request::remote_address() to the address of the client that the trusted proxies report. See client_address().
/// Add this middleware as the outermost one, so that logs and limits use the address of the client.
middleware_function forwarded(trusted_proxies trusted);

/// Serves only these hosts. A request for another host gets 421 (RFC 9110, 7.4), and the connection stays open. A name
/// is "example.org", "*.example.org" for all names below example.org, or an address, such as "192.0.2.1" or "[::1]".
/// The comparison ignores case, a dot at the end, and the port, because the port may differ behind a proxy. An HTTP/1.0
/// request without Host is served. Add this middleware as the outermost one of the router that is served. Throws
/// std::invalid_argument for an invalid name.
middleware_function hosts(std::vector<std::string> names);

/// If the handler does not return its response within `limit`, cancels the handler (terminal cancellation) and answers
/// 503. The 503 is sent after the handler has unwound. The limit does not include the body of a stream.
middleware_function timeout(std::chrono::steady_clock::duration limit);
template <class Rep, class Period>
middleware_function timeout(std::chrono::duration<Rep, Period> limit)
{
    return timeout(detail::saturated<std::chrono::steady_clock::duration>(limit));
}

/// Passes one line for each response to `sink`, without a line end:
///
///     127.0.0.1 "GET /ticks?ms=20 HTTP/1.1" 200 1234 0.8ms
///
/// The parts are the address, the request line, the status, the size of the body ('-' for a stream), and the time until
/// the response was ready. If the handler was cancelled because the client has disconnected, the status is 499. After
/// another exception the status is 500. Characters with which a client could forge lines become '?'. With several
/// workers, several threads may call `sink` at once.
middleware_function access_log(std::function<void(std::string_view line)> sink);

} // namespace rill::middleware
