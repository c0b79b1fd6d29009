#pragma once

#include <rill/server/service_manager.hpp>
#include <vector>

namespace rill {

/// Checks that a server can accept connections from a socket. It must be a listening socket of TCP, or a listening Unix
/// stream socket.
/// @return 0, or an errno
int check_listening(int socket) noexcept;

/// Checks all sockets of server_options::sockets.
tl::expected<void, failure> check_listening(const std::vector<int>& sockets);

} // namespace rill
