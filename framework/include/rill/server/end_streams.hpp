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

/// Ends the open streams that `which` selects, of all workers of the server that runs the calling coroutine, e.g. those
/// of a user who logs out:
///
///     const auto of_user = [user](const rill::stream_info& s) { return s.tag == user; };
///     const auto ended = co_await rill::end_streams(of_user);
///
/// Each worker calls `which` for its streams in its own thread, so `which` owns what it refers to, and several threads
/// may call copies of it. Other processes of serve_processes() have their own streams.
///
/// A selected stream gets no further event, and its handler is cancelled (terminal). With close_reason::revoked, which
/// is the default, the stream ends without a farewell. If its client has not read everything, the connection is reset,
/// and the queued events are discarded. `which` then also sees requests whose handlers have not returned yet, with id
/// 0: if one is selected and its response is a stream, the response becomes 403, or the connection is closed. So a
/// request that was authenticated before does not escape, provided that its tag is set before its credentials are
/// checked, or after that without a co_await in between. The calling request is one of them. With close_reason::drained
/// or close_reason::expired, a stream ends with the farewell or the until_event of its endpoint, and requests are not
/// selected. Other reasons throw std::invalid_argument.
///
/// An EventSource reconnects. To keep it away, answer its next request with 204, 401 or 403.
///
/// Completion: when all workers have answered, or after a second. A worker that answers later ends its streams, too.
/// Cancellation: terminal; the streams end nevertheless. Outside a server nothing happens.
/// @param which a predicate: see stream_predicate. It is copied or moved. g++ 12 would destroy the captures of a
/// temporary lambda twice. Such a lambda is rejected there if a capture has a destructor: name the lambda first.
/// @return the number of streams that end, of the workers that have answered
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
