#pragma once

#include <chrono>
#include <optional>
#include <rill/core/failure.hpp>
#include <string_view>
#include <vector>

// What systemd, or whoever speaks its protocols, tells a service and wants to be told. serve() does all of it by
// itself; these are for programs that run a server in another way.
namespace rill {

/// Tells the service manager, e.g. "READY=1" or "STATUS=warming up": a datagram to the socket that NOTIFY_SOCKET names
/// (sd_notify(3)). Does not block.
/// @return whether it was sent; false without NOTIFY_SOCKET, which is no error
bool sd_notify(std::string_view state) noexcept;

/// How often the service manager wants to hear "WATCHDOG=1" at least (WATCHDOG_USEC); none when it does not watch this
/// process (WATCHDOG_PID).
std::optional<std::chrono::microseconds> watchdog_period();

/// The listening sockets that the service manager has opened for this process (LISTEN_FDS, LISTEN_PID;
/// sd_listen_fds(3)), for server_options::sockets. None when there are no such variables, or they are meant for another
/// process. The variables are removed, so that a child does not take the sockets for its own: call it once, before
/// threads run.
/// @return the failure for a descriptor that is not a listening socket of TCP or a Unix stream socket
/// (bad_file_descriptor, not_a_socket, wrong_protocol_type, or invalid_argument where it does not listen), and for a
/// number that is none
/// (invalid_argument); `where` names the variable or the descriptor
[[nodiscard]] tl::expected<std::vector<int>, failure> inherited_sockets();

} // namespace rill
