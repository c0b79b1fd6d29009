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

/// An open file, closed with the object.
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

/// A part of a file as a body.
struct file_body
{
    file_handle file;
    std::uint64_t offset = 0; ///< in bytes
    std::uint64_t length = 0; ///< in bytes
};

/// What a handler returns. Its framing is the connection's, and a handler can't break it: Content-Length may be set to
/// what the body has, to any number in an answer to HEAD without a body; Connection to close (or keep-alive, which
/// changes nothing); Upgrade in order to offer one, as 426 must; Server to what it likes. Anything else that
/// contradicts the connection is answered with 500 instead, and an error in the log says why: another Content-Length,
/// or one of a streamed body; Transfer-Encoding, Date, Keep-Alive, Proxy-Connection, TE, Trailer; a status below 200 or
/// above 999; a 405 without Allow. A body of 204, 205 or 304 is not sent, and a warning says so.
class response
{
public:
    using body_type = std::variant<std::string, file_body, std::unique_ptr<streaming_body>>;

    response(rill::status status = rill::status::ok) : status_(status) {}
    response(rill::status status, std::string body, std::string_view content_type = "text/plain; charset=utf-8");

    static response text(std::string body) { return {rill::status::ok, std::move(body)}; }
    static response html(std::string body) { return {rill::status::ok, std::move(body), "text/html; charset=utf-8"}; }
    static response json(std::string body) { return {rill::status::ok, std::move(body), "application/json"}; }

    /// A body produced while it is sent: `produce` is `awaitable<>(response_writer&)`. Sent with chunked coding on
    /// HTTP/1.1, closed by the end of the connection on HTTP/1.0.
    static response stream(function_body::function produce, std::string_view content_type = "application/octet-stream");

    rill::status status() const noexcept { return status_; }
    void status(rill::status status) noexcept { status_ = status; }

    headers& fields() noexcept { return fields_; }
    const headers& fields() const noexcept { return fields_; }

    /// Sets a header and returns the response, to be chained. A bad name or value turns the response into a 500 that
    /// says so, whatever becomes of it later: it is a programming error, and must not reach the wire.
    response& header(std::string_view name, std::string_view value) &;
    response&& header(std::string_view name, std::string_view value) &&;

    /// Adds a Set-Cookie field and returns the response, to be chained. Each cookie has a field of its own; one with
    /// the name, domain and path of an earlier one takes its place (RFC 6265, 4.1.1). A cookie that is not allowed
    /// turns the response into a 500 as a bad header() does, and the log tells what is wrong with it.
    response& set_cookie(const rill::set_cookie& cookie) &;
    response&& set_cookie(const rill::set_cookie& cookie) &&;

    body_type& body() noexcept { return body_; }
    const body_type& body() const noexcept { return body_; }
    void body(body_type body) { body_ = std::move(body); }

    /// The connection is closed after this response, instead of being kept for the next request.
    void close_connection() noexcept { closes_connection_ = true; }
    bool closes_connection() const noexcept { return closes_connection_; }

    /// Whether header() or set_cookie() was given what is not allowed.
    bool has_bad_header() const noexcept { return has_bad_header_; }

    /// Why the handler could not answer, for the log: a client is told 500 and nothing more. Set where a handler
    /// returns an error_code.
    const error_code& cause() const noexcept { return cause_; }
    void cause(const error_code& why) noexcept { cause_ = why; }

    bool streams() const noexcept { return std::holds_alternative<std::unique_ptr<streaming_body>>(body_); }

private:
    void refuse_header(std::string_view detail);

    rill::status status_;
    bool closes_connection_ = false;
    bool has_bad_header_ = false;
    error_code cause_;
    headers fields_;
    body_type body_;
};

} // namespace rill
