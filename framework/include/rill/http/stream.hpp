#pragma once

#include <functional>
#include <rill/http/response_writer.hpp>

namespace rill {

/// A body that is produced while it is sent. Each response has its own object, which exists until its coroutine has
/// ended.
class streaming_body
{
public:
    streaming_body() = default;
    streaming_body(const streaming_body&) = delete;
    streaming_body& operator=(const streaming_body&) = delete;
    virtual ~streaming_body() = default;

    /// Called once, after the head was sent. The coroutine may refer to *this and to `out` until it ends. It is
    /// cancelled (terminal) when the client disconnects or the server ends the stream.
    ///
    /// If other code writes the body, start() may return an empty awaitable. The stream then needs no memory for a
    /// coroutine. It exists until the client disconnects, the server ends the stream, or out.end() is called. At that
    /// time this object is destroyed too, from the event loop.
    virtual awaitable<> start(response_writer& out) = 0;
};

/// A streaming_body that calls a function `awaitable<>(response_writer&)`.
class function_body final : public streaming_body
{
public:
    using function = std::function<awaitable<>(response_writer&)>;

    explicit function_body(function f) : function_(std::move(f)) {}

    awaitable<> start(response_writer& out) override { return function_(out); }

private:
    function function_;
};

} // namespace rill
