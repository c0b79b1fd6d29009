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

/// Extractor: the request's body, read while it arrives. A handler with this parameter is called as soon as the head of
/// its request has arrived. The middleware around the handler also runs then. request::body() is empty then.
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
/// (back-pressure). A connection holds at most one chunk (64 KiB). A client that waits for `100 Continue` gets it with
/// the first read() (RFC 9110, section 10.1.1). A handler may return before it has read everything: up to 256 KiB of
/// what has already arrived is discarded. If the body has not ended then, the connection is closed after the response
/// (RFC 9112, section 9.3).
///
/// Belongs to the handler: after the handler has returned, a pending read() is canceled, and every later one fails with
/// operation_aborted. Not for a handler of an sse::endpoint, whose request is destroyed before its stream begins. Not
/// thread-safe: it is used on the connection's worker only.
class body_reader
{
    // First, as its return type is deduced.
    template <class CompletionToken>
    auto initiate(CompletionToken&& token)
    {
        return asio::async_initiate<CompletionToken, void(error_code, body_chunk)>(
            [source = source_.get()](auto&& handler) {
                using handler_type = std::decay_t<decltype(handler)>;
                source->read(handler_type(std::forward<decltype(handler)>(handler)));
            },
            token); // an lvalue of the caller is not moved from
    }

public:
    /// A reader of the body of `r`. Several readers of one request share the position. A body that has already arrived
    /// is moved out of the request and returned as one chunk.
    explicit body_reader(request& r) : source_(detail::source_of(r)) {}

    /// Reads the next bytes of the body, as soon as there are any.
    ///
    /// Completion: `void(error_code, body_chunk)`, at once if bytes have arrived, otherwise from the event loop. The
    /// bytes are valid until the next read() or until the handler returns. An empty chunk is the end of the body. It is
    /// returned once: a later read() fails with asio::error::eof. A second read() while one is pending fails with
    /// in_progress.
    ///
    /// Errors: body_too_large (see set_limit()), body_malformed, body_too_slow, errc::not_enough_memory. Each is final,
    /// and the connection is closed after the response. If the handler throws or returns the error, the response is
    /// 413, 400, 408 or 500. If the client leaves, also in the middle of a body, the read() is canceled like every
    /// operation that the handler awaits: an incomplete body is never taken for a complete one.
    ///
    /// Cancellation: terminal, partial and total; completes with operation_aborted. No data is lost, and a later read()
    /// continues.
    template <class CompletionToken>
    auto read(CompletionToken&& token)
    {
        return initiate(std::forward<CompletionToken>(token));
    }
    auto read() { return initiate(detail::deferred); }

    /// Sets the maximum size of the body in bytes, instead of connection_limits::max_streamed_body_bytes. A body with a
    /// larger Content-Length fails at the first read(), before any of it is read. A chunked body fails before the chunk
    /// that exceeds the limit.
    void set_limit(std::uint64_t bytes) noexcept { source_->limit = bytes; }

    /// The Content-Length of the request, in bytes. Nothing if the body is chunked.
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
