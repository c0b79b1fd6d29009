#pragma once

#include <functional>
#include <rill/core/awaitable.hpp>
#include <rill/core/error.hpp>
#include <rill/http/headers.hpp>
#include <rill/http/message.hpp>
#include <string>
#include <string_view>

namespace rill::client {

/// Writes the body of a request in pieces. request::stream_body gets one. Belongs to the coroutine that sends.
class body_writer
{
public:
    body_writer(const body_writer&) = delete;
    body_writer& operator=(const body_writer&) = delete;

    /// Writes a piece of the body. `bytes` must stay valid until the operation completes, when the operating system has
    /// accepted them. An empty piece does nothing.
    /// Cancellation throws operation_aborted. Errors: timed_out if the server accepts nothing for
    /// http_options::idle_timeout, and those of the connection. After an error, return it from stream_body.
    virtual awaitable<result<void>> write(std::string_view bytes) = 0;

protected:
    body_writer() = default;
    ~body_writer() = default;
};

/// A request. It has a constructor, because g++ 12 destroys a temporary aggregate twice in a co_await expression.
struct request
{
    explicit request(std::string url, verb method = verb::get) : url(std::move(url)), method(method) {}
    request(std::string url, verb method, std::string body) : url(std::move(url)), method(method), body(std::move(body))
    {}

    /// An absolute URL. See parse_url().
    std::string url;
    verb method;
    /// Further header fields. Without these, the client sends `Accept: */*`, `Accept-Encoding: identity` and
    /// `User-Agent: rill`. The client sets Host, Content-Length, Transfer-Encoding and Connection itself and ignores
    /// them here.
    rill::headers headers{};
    /// The body. It is sent with Content-Length.
    std::string body{};
    /// Writes the body instead, which is then sent in chunks. It is called once for each attempt and each redirect that
    /// keeps the method, so it must begin again each time. The response is read after it has returned. An error that it
    /// returns ends the request.
    std::function<awaitable<result<void>>(body_writer&)> stream_body{};
};

} // namespace rill::client
