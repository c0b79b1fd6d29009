#pragma once

#include <rill/core/error.hpp>

namespace rill::redis {

/// Errors of a Redis server and of its connection. They are in the messages of the log. An append or a read that fails
/// because of them returns rill::error::log_unavailable or rill::error::outcome_unknown.
enum class errc : unsigned char
{
    invalid_url = 1,       ///< parse_url(): the URL is malformed, or has an unknown scheme or parameter
    malformed_reply,       ///< the reply does not follow the protocol RESP2, or has an unexpected form
    connection_closed,     ///< the server closed the connection
    access_denied,         ///< NOAUTH, WRONGPASS or NOPERM: a password or a right is missing
    not_primary,           ///< READONLY, MASTERDOWN, UNBLOCKED, or another answer of the sentinels: not the primary
    not_ready,             ///< LOADING, BUSY or TRYAGAIN: the server cannot serve requests yet
    out_of_memory,         ///< OOM: the server has reached its maxmemory
    write_refused,         ///< MISCONF or NOREPLICAS: the server does not accept writes now
    cluster_not_supported, ///< MOVED, ASK, CROSSSLOT or CLUSTERDOWN: the server is a node of a cluster
    script_missing,        ///< NOSCRIPT: the server does not know the script
    outdated_server,       ///< the server has an older epoch than another server of the same log
    lost_batch,            ///< a new epoch began while the outcome of an append was unknown
    no_primary,            ///< no sentinel knows the address of the primary
    other,                 ///< every other error reply
};

const boost::system::error_category& error_category() noexcept;

inline error_code make_error_code(errc e) noexcept
{
    return {static_cast<int>(e), error_category()};
}

} // namespace rill::redis

template <>
struct boost::system::is_error_code_enum<rill::redis::errc> : std::true_type
{};
