#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <rill/core/awaitable.hpp>
#include <rill/core/detail/deferred.hpp>
#include <rill/http/body_chunk.hpp>
#include <rill/http/detail/body_source.hpp>
#include <rill/http/extract.hpp>
#include <rill/http/request.hpp>
#include <type_traits>
#include <utility>

namespace rill {

/// Extractor: reads the request's body while it arrives. A handler with this parameter is called as soon as the head of
/// its request has arrived. The middleware around the handler also runs at that time, and request::body() is empty.
///
///     rill::awaitable<std::string> count(rill::body_reader body)
///     {
///         std::size_t bytes = 0;
///         while (auto chunk = co_await body.read()) {
///             bytes += chunk->size();
///         }
///         co_return std::to_string(bytes);
///     }
///
/// Unread data stays in the receive buffer of the kernel. When the buffer is full, the client must wait
/// (back-pressure). A connection holds at most one chunk (64 KiB). If the client waits for `100 Continue`, the first
/// read() sends it (RFC 9110, section 10.1.1). A handler may return before it has read the whole body. The connection
/// then discards up to 256 KiB of the data that has already arrived. If the body has not ended there, the connection is
/// closed after the response (RFC 9112, section 9.3).
///
/// The reader works only until the handler returns. Then a pending read() is cancelled, and every later read() fails
/// with operation_aborted. A handler of an sse::endpoint cannot use it, because the request is destroyed before the
/// stream begins. Not thread-safe: use it only on the connection's worker.
class body_reader
{
    // Declared first because its return type is deduced.
    template <class CompletionToken>
    auto initiate(CompletionToken&& token)
    {
        return asio::async_initiate<CompletionToken, void(error_code, body_chunk)>(
            [source = source_.get()](auto&& handler) {
                using handler_type = std::decay_t<decltype(handler)>;
                source->read(handler_type(std::forward<decltype(handler)>(handler)));
            },
            token); // not moved from, because it may be an lvalue of the caller
    }

public:
    /// Creates a reader of the body of `r`. Several readers of one request share the position. If the body has already
    /// arrived, it is moved out of the request and returned as one chunk.
    explicit body_reader(request& r) : source_(detail::source_of(r)) {}

    /// Reads the next bytes of the body. Waits if no bytes have arrived.
    ///
    /// Completion: `void(error_code, body_chunk)`, at once if bytes have arrived, otherwise from the event loop. The
    /// bytes are valid until the next read() or until the handler returns. An empty chunk means the end of the body. It
    /// is returned once. A later read() fails with asio::error::eof. If a read() is pending, a second read() fails with
    /// in_progress.
    ///
    /// Errors: body_too_large (see set_limit()), body_malformed, body_too_slow, errc::not_enough_memory. After such an
    /// error, every later read() fails, and the connection is closed after the response. If the handler throws or
    /// returns the error, the response is 413, 400, 408 or 500. If the client disconnects, also before the end of the
    /// body, the read() is cancelled, like every pending operation of the handler. Therefore an incomplete body never
    /// looks like a complete one.
    ///
    /// Cancellation: terminal, partial and total. A cancelled read() completes with operation_aborted. No data is lost,
    /// and a later read() continues.
    template <class CompletionToken>
    auto read(CompletionToken&& token)
    {
        return initiate(std::forward<CompletionToken>(token));
    }
    auto read() { return initiate(detail::deferred); }

    /// Sets the maximum size of the body in bytes. It replaces connection_limits::max_streamed_body_bytes. If the
    /// Content-Length is larger, the first read() fails and reads nothing. If the body is chunked, read() fails before
    /// the chunk that exceeds the limit.
    void set_limit(std::uint64_t bytes) noexcept { source_->limit = bytes; }

    /// Returns the Content-Length of the request in bytes, or std::nullopt if the body is chunked.
    std::optional<std::uint64_t> content_length() const noexcept { return source_->announced; }

private:
    std::shared_ptr<detail::body_source> source_;
};

template <>
struct extractor<body_reader>
{
    static tl::expected<body_reader, problem> extract(request& r) { return body_reader(r); }
};

} // namespace rill
