#pragma once

#include "redis/connection.hpp"

namespace rill::redis::detail {

/// Finds the server of a log. Without sentinels it is the address in the options. Otherwise it asks one sentinel after
/// another. Errors: errc::no_primary.
/// @param options  must live until the coroutine has completed
awaitable<outcome<endpoint>> find_primary(asio::io_context& context, const backplane_options& options);

} // namespace rill::redis::detail
