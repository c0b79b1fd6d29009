#pragma once

#include <functional>
#include <rill/core/awaitable.hpp>
#include <rill/core/error.hpp>
#include <rill/http/headers.hpp>
#include <rill/http/message.hpp>
#include <string>
#include <string_view>

namespace rill::client {

/// Writes the body of a request in pieces. The client passes it to request::stream_body. Only the coroutine that sends
/// the request may use it.
class body_writer
{
public:
    body_writer(const body_writer&) = delete;
    body_writer& operator=(const body_writer&) = delete;

    /// Writes a piece of the body. `bytes` must remain valid until the operation completes. It completes when the
    /// operating system has accepted all bytes. An empty piece has no effect. Cancellation throws operation_aborted.
    /// Errors: timed_out if the server accepts nothing for http_options::idle_timeout, and the errors of the
    /// connection. If write() returns an error, stream_body must return this error.
    virtual awaitable<result<void>> write(std::string_view bytes) = 0;

protected:
    body_writer() = default;
    ~body_writer() = default;
};

/// A request. It is not an aggregate, because g++ 12 destroys a temporary aggregate in a co_await expression twice.
struct request
{
    explicit request(std::string url, verb method = verb::get) : url(std::move(url)), method(method) {}
    request(std::string url, verb method, std::string body) : url(std::move(url)), method(method), body(std::move(body))
    {}

    /// An absolute URL. See parse_url().
    std::string url;
    verb method;
    /// Additional header fields. The client adds `Accept: */*`, `Accept-Encoding: identity` and `User-Agent: rill`,
    /// unless they are set here. The client itself sets Host, Content-Length, Transfer-Encoding and Connection, and
    /// ignores them here.
    rill::headers headers{};
    /// The body. The client sends it with Content-Length.
    std::string body{};
    /// If set, writes the body in place of `body`. The client sends such a body in chunks. The client calls the
    /// function for each attempt, and for each redirect that keeps the method. Each call must write the whole body. The
    /// client reads the response after the function has returned. If the function returns an error, the request fails
    /// with this error.
    std::function<awaitable<result<void>>(body_writer&)> stream_body{};
};

} // namespace rill::client
