#pragma once

#include <string_view>

namespace rill {

/// The reason why a stream has ended. The log, the metrics and observer::stream_closed contain it.
enum class close_reason : unsigned char
{
    open,             ///< the stream has not ended
    peer_closed,      ///< the client closed its side (FIN ends a stream: see half_close_timeout)
    peer_reset,       ///< the connection was reset or failed
    write_timeout,    ///< the client accepted no data for the write timeout
    evicted,          ///< a limit was exceeded, e.g. by too much unread input after the request
    drained,          ///< the server is shutting down
    handler_returned, ///< the handler returned
    handler_error,    ///< the handler threw, or the application could not give a snapshot
    over_capacity,    ///< its data would have exceeded capacity_limits::max_queued_bytes
    revoked,          ///< end_streams() has ended it
    expired,          ///< its deadline has passed, see sse::endpoint_options::until
};

std::string_view to_string(close_reason reason) noexcept;

} // namespace rill
