#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <rill/core/awaitable.hpp>
#include <rill/core/detail/deferred.hpp>
#include <rill/http/body_piece.hpp>
#include <rill/http/detail/body_source.hpp>
#include <rill/http/extract.hpp>
#include <rill/http/request.hpp>
#include <type_traits>
#include <utility>

namespace rill {

/// Extractor: the request's body, read while it arrives. A handler that takes one is called as soon as the head of its
/// request has come, and so is the middleware around it; request::body() is empty then.
///
///     rill::awaitable<std::string> count(rill::body_reader body)
///     {
///         std::size_t bytes = 0;
///         while (auto piece = co_await body.read()) {
///             bytes += piece->size();
///         }
///         co_return std::to_string(bytes);
///     }
///
/// What is not read stays with the operating system, and in the end with the client: that is the back-pressure. A
/// connection holds at most one piece (64 KiB). A client that waits for `100 Continue` gets it with the first read()
/// (RFC 9110, 10.1.1). A handler may answer without having read all: what has come already, up to 256 KiB, is dropped;
/// if the body has not ended then, the connection is closed behind the answer (RFC 9112, 9.3).
///
/// Belongs to the handler: when that has returned, a pending read() is cancelled, and every other fails with
/// operation_aborted. Not for the handler of an sse::endpoint, whose request is gone when its stream begins. Not
/// thread-safe: it is used on the connection's worker only.
class body_reader
{
    // First, as its return type is deduced.
    template <class CompletionToken>
    auto initiate(CompletionToken&& token)
    {
        return asio::async_initiate<CompletionToken, void(error_code, body_piece)>(
            [source = source_.get()](auto&& handler) {
                using handler_type = std::decay_t<decltype(handler)>;
                source->read(handler_type(std::forward<decltype(handler)>(handler)));
            },
            token); // an lvalue of the caller's is not moved from
    }

public:
    /// The body of `r`. Several readers of one request continue each other. A body that has come already is taken out
    /// of the request and given as one piece.
    explicit body_reader(request& r) : source_(detail::source_of(r)) {}

    /// The next bytes of the body, as soon as there are any.
    ///
    /// Completion: `void(error_code, body_piece)`; at once if bytes are there, otherwise from the event loop. The bytes
    /// stay valid until the next read() or until the handler returns. The end of the body is an empty piece, given
    /// once: a read() behind it fails with asio::error::eof. One read() at a time: a second one fails with in_progress.
    ///
    /// Errors: body_too_large (see limit()), body_malformed, body_too_slow, errc::not_enough_memory; each is final, and
    /// the connection is closed behind the answer. One that leaves the handler, thrown or as the error_code that it
    /// returns, is answered with 413, 400, 408 or 500. When the client has left, also in the middle of a body, the
    /// read() is cancelled, as is all that a handler awaits: a body that was cut short is never taken for a whole one.
    ///
    /// Cancellation: terminal, partial and total; completes with operation_aborted, nothing is lost, and another read()
    /// goes on.
    template <class CompletionToken>
    auto read(CompletionToken&& token)
    {
        return initiate(std::forward<CompletionToken>(token));
    }
    auto read() { return initiate(detail::deferred); }

    /// The largest body that is read, in bytes, instead of connection_limits::max_streamed_body_bytes. A body that
    /// announces more fails at the first read(), before any of it is read; one that does not announce its size fails
    /// before the chunk that would be too much.
    void limit(std::uint64_t bytes) noexcept { source_->limit = bytes; }

    /// The size that the client has announced (Content-Length); none if the body is chunked.
    std::optional<std::uint64_t> announced_size() const noexcept { return source_->announced; }

private:
    std::shared_ptr<detail::body_source> source_;
};

template <>
struct extractor<body_reader>
{
    static tl::expected<body_reader, problem> extract(request& r) { return body_reader(r); }
};

} // namespace rill
