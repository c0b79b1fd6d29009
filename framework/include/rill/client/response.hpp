#pragma once

#include <cstddef>
#include <memory>
#include <rill/core/awaitable.hpp>
#include <rill/core/error.hpp>
#include <rill/core/failure.hpp>
#include <rill/http/headers.hpp>
#include <string>
#include <string_view>

namespace rill::client {

namespace detail {
struct received;
}

/// A response whose head has arrived. Its body is read with read() or read_all(). Its connection returns to the pool at
/// the end of the body. If the response is destroyed earlier, its connection is closed, which cancels the request at
/// the server. Belongs to the event loop that has received it, and must not outlive this loop.
class response
{
public:
    explicit response(std::unique_ptr<detail::received> state) noexcept;
    response(response&&) noexcept;
    response& operator=(response&&) noexcept;
    ~response();

    /// The status code, e.g. 200. It may be one that RFC 9110 does not define.
    unsigned status() const noexcept;
    const rill::headers& headers() const noexcept;
    /// The URL of the response, after all redirects.
    const std::string& url() const noexcept;

    /// Reads the next piece of the body. It is empty at the end, and then again. The view is valid until the next call.
    /// At most one read may be pending. The body is not decompressed.
    /// Cancellation throws operation_aborted. The response must not be used after that. Errors: timed_out if nothing
    /// arrives for http_options::idle_timeout; errc::connection_closed; those of the connection and of the parser.
    awaitable<tl::expected<std::string_view, failure>> read();

    /// Reads the rest of the body. Fails with errc::body_too_large if it has more than `max_bytes` bytes, and as read()
    /// does.
    awaitable<tl::expected<std::string, failure>> read_all(std::size_t max_bytes = 8UL * 1024 * 1024);

private:
    std::unique_ptr<detail::received> state_;
};

} // namespace rill::client
