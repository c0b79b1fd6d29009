#pragma once

#include <chrono>
#include <cstddef>
#include <rill/core/error.hpp>
#include <rill/http/limits.hpp>
#include <string>
#include <string_view>

// The socket calls a connection makes, and nothing else: all of them return at once.
namespace rill::transport {

/// How much was taken; less than offered when the kernel's buffer is full.
result<std::size_t> send_some(int socket, std::string_view bytes) noexcept;

/// How much was read: 0 at the peer's FIN; error::would_block when there is nothing yet.
result<std::size_t> receive_some(int socket, char* into, std::size_t size) noexcept;

/// Unread bytes that wait in the kernel.
std::size_t unread_bytes(int socket) noexcept;

/// Bytes that the kernel has taken, and the peer's has not acknowledged.
std::size_t unacknowledged_bytes(int socket) noexcept;

/// Settings of a connection that was just accepted.
void prepare_connection(int socket, const connection_limits& limits) noexcept;

/// Unacknowledged data is given up after this time, and the connection with it (TCP_USER_TIMEOUT).
void set_tcp_user_timeout(int socket, std::chrono::milliseconds limit) noexcept;

/// Bounds what the kernel keeps for a stream whose client does not read.
void limit_unsent(int socket, std::size_t bytes) noexcept;

void close_socket(int socket) noexcept;
/// The next close drops what is unsent and resets the connection: for a client that does not read.
void reset_on_close(int socket) noexcept;
void finish_sending(int socket) noexcept;

/// The peer's address without its port: of IPv4 as such, also where it comes to a socket of IPv6; "unix" on a Unix
/// socket; empty when it is gone.
std::string peer_address(int socket);

} // namespace rill::transport
