#pragma once

#include <chrono>
#include <optional>
#include <rill/core/failure.hpp>
#include <string_view>
#include <vector>

// The protocols between a service and a service manager such as systemd. serve() uses all of them. A program needs
// these functions only if it does not call serve().
namespace rill {

/// Sends a state to the service manager, for example "READY=1" or "STATUS=warming up". It sends one datagram to the
/// socket in NOTIFY_SOCKET (sd_notify(3)). Does not block.
/// @return whether the state was sent. false if NOTIFY_SOCKET is not set. This is not an error.
bool sd_notify(std::string_view state) noexcept;

/// Returns the maximum time between two reports "WATCHDOG=1" (WATCHDOG_USEC). Returns std::nullopt if the service
/// manager does not watch this process (WATCHDOG_PID).
std::optional<std::chrono::microseconds> watchdog_period();

/// Returns the listening sockets that this process has inherited from the service manager (LISTEN_FDS, LISTEN_PID;
/// sd_listen_fds(3)), for server_options::sockets. The result is empty if the variables are not set, or if they are for
/// another process. This function removes the variables, so that a child process does not use the sockets. Call it
/// once, while the process has one thread.
/// @return the sockets or a failure. Each descriptor must be a listening socket, either of TCP or a Unix stream socket.
/// Otherwise the code is bad_file_descriptor, not_a_socket, wrong_protocol_type, or invalid_argument if the socket does
/// not listen. A variable without a valid number is also invalid_argument. `where` names the descriptor or the
/// variable.
[[nodiscard]] tl::expected<std::vector<int>, failure> inherited_sockets();

} // namespace rill
