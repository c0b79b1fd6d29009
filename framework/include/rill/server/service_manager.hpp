#pragma once

#include <chrono>
#include <optional>
#include <rill/core/failure.hpp>
#include <string_view>
#include <vector>

// The protocols between a service and a service manager such as systemd. serve() uses all of them. These functions are
// for programs that run a server in another way.
namespace rill {

/// Sends a state to the service manager, for example "READY=1" or "STATUS=warming up": a datagram to the socket in
/// NOTIFY_SOCKET (sd_notify(3)). Does not block.
/// @return whether it was sent; false without NOTIFY_SOCKET, which is no error
bool sd_notify(std::string_view state) noexcept;

/// The maximum time between two reports "WATCHDOG=1" (WATCHDOG_USEC). Nothing if the service manager does not watch
/// this process (WATCHDOG_PID).
std::optional<std::chrono::microseconds> watchdog_period();

/// The listening sockets that this process has inherited from the service manager (LISTEN_FDS, LISTEN_PID;
/// sd_listen_fds(3)), for server_options::sockets. None if the variables are not set, or are for another process.
/// Removes the variables, so that a child process does not use the sockets. Call it once, while the process has one
/// thread.
/// @return the failure for a descriptor that is not a listening socket of TCP or a Unix stream socket
/// (bad_file_descriptor, not_a_socket, wrong_protocol_type, or invalid_argument if it does not listen), or for a
/// variable without a valid number (invalid_argument). `where` names the descriptor or the variable.
[[nodiscard]] tl::expected<std::vector<int>, failure> inherited_sockets();

} // namespace rill
