#pragma once

#include <memory>
#include <rill/client/error.hpp>
#include <rill/client/options.hpp>
#include <rill/client/request.hpp>
#include <rill/client/response.hpp>
#include <rill/core/awaitable.hpp>
#include <rill/core/failure.hpp>
#include <string>

namespace rill::client {

/// An HTTP/1.1 client. A copy uses the same options and idle connections. Thread-safe: all workers may use one object,
/// because each event loop has its own connections. A request runs in any coroutine in which rill::interval works. In
/// other coroutines it fails with error::foreign_executor. The event loop closes its idle connections when it is
/// destroyed. Until idle connections expire, their timer keeps `io_context::run()` from returning. Therefore a program
/// without a server calls `io_context::stop()` at its end.
class http
{
public:
    explicit http(http_options options = {});

    /// Sends the request, follows redirects, and returns the response when its head has arrived.
    ///
    /// Redirects are 301, 302, 303, 307 and 308 with a Location (RFC 9110, section 15.4; WHATWG Fetch). The client does
    /// not send Authorization, Cookie and Proxy-Authorization to another origin. The server may close an idle
    /// connection while the client sends a request on it. The client then sends the request again if the method is
    /// idempotent (RFC 9110, section 9.2.2).
    ///
    /// Cancellation (terminal, partial, total) throws operation_aborted and closes the connection. Errors: errc,
    /// `asio::error::timed_out`, and the errors of the resolver, the connection and the parser. A response is never an
    /// error, whatever its status is. This object need not outlive the operation.
    awaitable<tl::expected<response, failure>> send(request r) const;
    awaitable<tl::expected<response, failure>> send(request r, request_timeouts timeouts) const;

    awaitable<tl::expected<response, failure>> get(std::string url) const;
    /// Fails with error::invalid_header if `content_type` is not a field value.
    awaitable<tl::expected<response, failure>> post(std::string url, std::string body, std::string content_type) const;

    const http_options& options() const noexcept { return *options_; }

private:
    std::shared_ptr<const http_options> options_;
};

} // namespace rill::client
