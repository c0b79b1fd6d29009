#pragma once

#include <cstdint>
#include <memory>
#include <rill/core/error.hpp>
#include <rill/http/headers.hpp>
#include <rill/http/message.hpp>
#include <rill/http/set_cookie.hpp>
#include <rill/http/stream.hpp>
#include <string>
#include <string_view>
#include <variant>

namespace rill {

/// An open file. The destructor closes it.
class file_handle
{
public:
    file_handle() = default;
    explicit file_handle(int descriptor) noexcept : descriptor_(descriptor) {}
    file_handle(file_handle&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    file_handle& operator=(file_handle&& other) noexcept
    {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~file_handle();

    int get() const noexcept { return descriptor_; }
    explicit operator bool() const noexcept { return descriptor_ >= 0; }

private:
    int descriptor_ = -1;
};

/// A part of a file that is sent as a body.
struct file_body
{
    file_handle file;
    std::uint64_t offset = 0; ///< in bytes
    std::uint64_t length = 0; ///< in bytes
};

/// The result of a handler. The connection adds the framing, and a handler cannot break the framing. A handler may set
/// these headers that belong to the connection:
/// - Server;
/// - Content-Length: the size of the body. A 304, and a response to HEAD without a body, may have any number;
/// - Connection: close, and also keep-alive, which has no effect, or upgrade, together with Upgrade.
///
/// The connection replaces an invalid response by a 500 and logs the reason as an error. These responses are invalid:
/// - a response with another Content-Length, or with a Content-Length and a streamed body;
/// - a response with Transfer-Encoding, Date, Keep-Alive, Proxy-Connection, TE or Trailer;
/// - a status below 200 or above 999;
/// - a 401 without WWW-Authenticate, a 405 without Allow, or a 426 without Upgrade.
///
/// The body of a 204, 205 or 304 is not sent, and the log has a warning.
class response
{
public:
    using body_type = std::variant<std::string, file_body, std::unique_ptr<streaming_body>>;

    response(rill::status status = rill::status::ok) : status_(status) {}
    response(rill::status status, std::string body, std::string_view content_type = "text/plain; charset=utf-8");

    static response text(std::string body) { return {rill::status::ok, std::move(body)}; }
    static response html(std::string body) { return {rill::status::ok, std::move(body), "text/html; charset=utf-8"}; }
    static response json(std::string body) { return {rill::status::ok, std::move(body), "application/json"}; }

    /// Returns a response whose body is produced while it is sent. `produce` is `awaitable<>(response_writer&)`. On
    /// HTTP/1.1 the body has chunked coding. On HTTP/1.0 the end of the connection is the end of the body.
    static response stream(function_body::function produce, std::string_view content_type = "application/octet-stream");

    rill::status status() const noexcept { return status_; }
    void set_status(rill::status status) noexcept { status_ = status; }

    headers& fields() noexcept { return fields_; }
    const headers& fields() const noexcept { return fields_; }

    /// Sets a header and returns the response, for chaining. An invalid name or value is a programming error and must
    /// not be sent. It turns the response into a 500. Later calls cannot change this.
    response& set_header(std::string_view name, std::string_view value) &;
    response&& set_header(std::string_view name, std::string_view value) &&;

    /// Adds a Set-Cookie field and returns the response, for chaining. If the response already has a cookie with the
    /// same name, domain and path, the new cookie replaces it (RFC 6265, section 4.1.1). An invalid cookie turns the
    /// response into a 500, as in set_header(), and the log contains the reason.
    response& set_cookie(const rill::set_cookie& cookie) &;
    response&& set_cookie(const rill::set_cookie& cookie) &&;

    body_type& body() noexcept { return body_; }
    const body_type& body() const noexcept { return body_; }
    void set_body(body_type body) { body_ = std::move(body); }

    /// Closes the connection after this response. By default the connection stays open for the next request.
    void close_connection() noexcept { closes_connection_ = true; }
    bool closes_connection() const noexcept { return closes_connection_; }

    /// Whether an argument of set_header() or set_cookie() was invalid.
    bool has_bad_header() const noexcept { return has_bad_header_; }

    /// The error that the handler has returned. Only the log contains it. The client gets a 500 without it.
    const error_code& cause() const noexcept { return cause_; }
    void set_cause(const error_code& why) noexcept { cause_ = why; }

    bool streams() const noexcept { return std::holds_alternative<std::unique_ptr<streaming_body>>(body_); }

private:
    void reject_header(std::string_view text);

    rill::status status_;
    bool closes_connection_ = false;
    bool has_bad_header_ = false;
    error_code cause_;
    headers fields_;
    body_type body_;
};

} // namespace rill
