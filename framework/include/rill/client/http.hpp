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

/// An HTTP/1.1 client. A copy refers to the same options and idle connections. Thread-safe: one object may serve all
/// workers, because each event loop has connections of its own. A request runs in any coroutine in which rill::interval
/// works, and fails with error::foreign_executor elsewhere. Idle connections end with their event loop. Until they
/// expire, their timer keeps `io_context::run()` from returning: a program without a server calls
/// `io_context::stop()` at its end.
class http
{
public:
    explicit http(http_options options = {});

    /// Sends the request, follows redirects, and returns the response when its head has arrived.
    ///
    /// Redirects: 301, 302, 303, 307 and 308 with a Location (RFC 9110, section 15.4; WHATWG Fetch). Authorization,
    /// Cookie and Proxy-Authorization are not sent to another origin. A request on an idle connection that the server
    /// has closed meanwhile is sent again if its method is idempotent (RFC 9110, section 9.2.2).
    ///
    /// Cancellation (terminal, partial, total) throws operation_aborted and closes the connection. Errors: errc; those
    /// of the resolver, the connection and the parser; `asio::error::timed_out`. A response with any status is not an
    /// error.
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
