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
    std::vector<std::string> origins{"*"};       ///< such as "https://app.example", see cors(); "*" is any origin
    std::vector<std::string> methods{};          ///< empty: the method that the client asks for
    std::vector<std::string> request_headers{};  ///< beyond the safelisted ones; empty: those the client asks for
    std::vector<std::string> response_headers{}; ///< readable by scripts, beyond the safelisted ones
    bool credentials = false;                    ///< cookies and authorization; requires named origins
    std::chrono::seconds preflight_max_age{600}; ///< how long a browser may keep the answer to a preflight
};

/// Cross-origin resource sharing (Fetch standard, "CORS protocol"). Answers preflights, and marks the responses to
/// allowed origins. The response to another origin has no mark, so that the browser hides it from scripts. Every
/// response gets `Vary: Origin`, unless all origins are allowed.
///
/// An origin is a scheme, a host and optionally a port, in lower case, as browsers send it: without a path, without a
/// slash at the end, and without the default port of the scheme. "null" stands for pages without an origin, such as
/// files. Throws std::invalid_argument for any other text, which would never match; for credentials together with "*";
/// for methods and header names that are no tokens; and for a negative preflight_max_age.
middleware_function cors(cors_options options = {});

/// Checks a user name and a password. It runs in the event loop and must not block. Compare secrets in constant time.
/// With several workers, all of their threads call it.
using credentials_check = std::function<bool(std::string_view user, std::string_view password)>;

/// HTTP Basic authentication (RFC 7617): answers 401 with a challenge unless `check` returns true. Use it only over
/// TLS, because the password is not encrypted. Throws std::invalid_argument if `realm` contains a quote, a backslash or
/// a control character.
middleware_function basic_auth(credentials_check check, std::string_view realm = "rill");

/// Sets X-Request-Id in each request, for handlers and logs, and in its response. A client's own value stays if it has
/// 1 to 64 letters, digits, '-', '_' or '.'. Otherwise the value is 32 random hexadecimal digits.
middleware_function request_id();

/// Passes the W3C trace context on. A valid `traceparent` (W3C Trace Context, 3.2) stays in the request, for handlers
/// and logs, and is added to the response. A malformed one is removed from the request, together with `tracestate`.
middleware_function trace_context();

/// Sets request::remote_address() to the address of the client in front of the trusted proxies: see client_address().
/// Add it as the outermost middleware, so that logs and limits use this address.
middleware_function forwarded(trusted_proxies trusted);

/// Serves only these hosts. A request for another host gets 421 (RFC 9110, 7.4), and the connection stays open. A name
/// is "example.org", "*.example.org" for all names below it, or an address, such as "192.0.2.1" or "[::1]". Case and a
/// dot at the end do not matter, nor does the port, which may differ behind a proxy. A request of HTTP/1.0 without Host
/// is served. Add it as the outermost middleware of the router that is served. Throws std::invalid_argument for a text
/// that is no name.
middleware_function hosts(std::vector<std::string> names);

/// Answers 503 if the handler has not returned its response within `limit`, and cancels the handler (terminal
/// cancellation). The answer is sent after the handler has unwound. The body of a stream begins later and has no limit.
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
/// the response was ready. The status is 499 if the handler was cancelled because the client has left, and 500 after
/// another exception. Characters with which a client could forge lines become '?'. With several workers, all of their
/// threads call `sink`.
middleware_function access_log(std::function<void(std::string_view line)> sink);

} // namespace rill::middleware
