#pragma once

#include <concepts>
#include <cstddef>
#include <rill/core/awaitable.hpp>
#include <rill/core/detail/temporary_rules.hpp>
#include <rill/http/close_reason.hpp>
#include <rill/http/stream_info.hpp>
#include <utility>

namespace rill {

namespace detail {
awaitable<std::size_t> end_streams(stream_predicate which, close_reason reason);
}

/// Ends the open streams that `which` selects, e.g. those of a user who logs out. The streams are those of all workers
/// of the server that runs the calling coroutine:
///
///     const auto of_user = [user](const rill::stream_info& s) { return s.tag == user; };
///     const auto ended = co_await rill::end_streams(of_user);
///
/// Each worker calls `which` for its streams in its own thread. Therefore `which` must own the data that it uses, and
/// several threads may call copies of it at the same time. Other processes of serve_processes() have their own streams.
///
/// A selected stream gets no further event. The server cancels its handler (terminal). With close_reason::revoked, the
/// default, the stream ends without a farewell. If its client has not read everything, the server resets the connection
/// and discards the queued events. With close_reason::revoked, the server also calls `which` for each request whose
/// handler has not returned yet, including the calling request. The id of such a request is 0. If `which` selects the
/// request and its response is a stream, the response becomes 403, or the server closes the connection. Middleware must
/// set the tag before it checks the credentials, or after the check without a co_await in between. Otherwise `which`
/// may miss a request that has just passed the check. With close_reason::drained or close_reason::expired, a stream
/// ends with the farewell or the until_event of its endpoint. With these reasons, the server does not call `which` for
/// requests. Other reasons throw std::invalid_argument.
///
/// An EventSource reconnects. To prevent further reconnects, answer its next request with 204, 401 or 403.
///
/// Completes when all workers have answered, or after one second. A worker that answers later still ends its streams. A
/// terminal cancellation ends the wait, but the streams still end. Outside a server the function has no effect.
/// @param which a predicate: see stream_predicate. It is copied or moved. g++ 12 would destroy the captures of a
/// temporary lambda twice. Therefore g++ 12 rejects such a lambda if a capture has a destructor. Give the lambda a name
/// first.
/// @return the number of streams that end, for the workers that have answered
template <class Predicate>
    requires std::convertible_to<Predicate, stream_predicate>
awaitable<std::size_t> end_streams(Predicate&& which, close_reason reason = close_reason::revoked)
{
    static_assert(detail::may_be_temporary<Predicate&&>,
                  "g++ 12 destroys the captures of a temporary lambda twice: name the lambda on a line of its own and "
                  "pass the name");
    return detail::end_streams(stream_predicate(std::forward<Predicate>(which)), reason);
}

} // namespace rill
