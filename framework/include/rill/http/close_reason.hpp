#pragma once

#include <string_view>

namespace rill {

/// Why a stream has ended.
enum class close_reason : unsigned char
{
    open,             ///< it has not
    peer_closed,      ///< the client closed its side (FIN counts as leaving: see half_close_timeout)
    peer_reset,       ///< the connection was reset or broke
    write_timeout,    ///< the client read nothing for the write timeout
    evicted,          ///< ended by a limit, e.g. too much unread input behind the request
    drained,          ///< the server is shutting down
    handler_returned, ///< the handler came to its end
    handler_error,    ///< the handler threw
    over_capacity,    ///< it had more to queue than there was room for: see capacity_limits::max_queued_bytes
};

std::string_view to_string(close_reason reason) noexcept;

} // namespace rill
