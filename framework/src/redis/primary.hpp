#pragma once

#include "redis/connection.hpp"
#include "redis/log_state.hpp"

namespace rill::redis::detail {

/// Returns the configured server, or the primary that the sentinels name. Asks all sentinels at the same time, because
/// some learn of a failover seconds after others. The newest configuration counts.
/// Errors: errc::no_primary if no sentinel knows the primary within connect_timeout; errc::outdated_server if the
/// sentinels have an older configuration than at an earlier call.
awaitable<outcome<endpoint>> find_primary(asio::io_context& context, log_state& state);

/// Asks the sentinels in each check_interval, until the io_context stops.
awaitable<void> watch_primary(asio::io_context& context, log_state& state);

} // namespace rill::redis::detail
