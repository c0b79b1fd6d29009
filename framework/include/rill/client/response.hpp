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

/// A response whose head has arrived. read() and read_all() read its body. At the end of the body, the connection
/// becomes idle and a later request may use it. If the response is destroyed before, the client closes the connection,
/// and this cancels the request at the server. The response need not outlive a pending read. It then closes the
/// connection after this read. A response belongs to the event loop that has received it. Destroy the response before
/// this event loop.
class response
{
public:
    explicit response(std::shared_ptr<detail::received> state) noexcept;
    response(response&&) noexcept;
    response& operator=(response&&) noexcept;
    ~response();

    /// The status code, e.g. 200. It may be a code that RFC 9110 does not define.
    unsigned status() const noexcept;
    const rill::headers& headers() const noexcept;
    /// The URL of the response, after all redirects.
    const std::string& url() const noexcept;
    /// The URL for later requests: the URL of the request after its permanent redirects (301, 308). It does not include
    /// a temporary redirect (302, 303, 307), a redirect that changes the method, and the redirects after these (RFC
    /// 9110, section 15.4).
    const std::string& permanent_url() const noexcept;

    /// Reads the next piece of the body. Returns an empty piece at the end of the body, and on every later call. The
    /// view is valid until the next call or the destruction of the response. At most one read may be pending. A
    /// second one throws std::logic_error. The client does not decompress the body. Cancellation throws
    /// operation_aborted. Do not use the response after a cancellation. Errors: timed_out if nothing arrives for
    /// http_options::idle_timeout, errc::connection_closed, and the errors of the connection and the parser.
    awaitable<tl::expected<std::string_view, failure>> read();

    /// Reads the rest of the body. Fails with errc::body_too_large if the rest has more than `max_bytes` bytes. The
    /// other errors are those of read().
    awaitable<tl::expected<std::string, failure>> read_all(std::size_t max_bytes = 8UL * 1024 * 1024);

private:
    std::shared_ptr<detail::received> state_; // shared with the pending read
};

} // namespace rill::client
