#pragma once

#include <cstdint>
#include <rill/core/failure.hpp>
#include <rill/server/options.hpp>
#include <string>

namespace rill {

/// Opens a non-blocking socket, binds it to server_options::host and `port`, and listens.
/// @param port        0 selects any free port
/// @param reuse_port  sets SO_REUSEPORT, so that several sockets can listen on the port
tl::expected<int, failure> open_listening_socket(const server_options& options, std::uint16_t port, bool reuse_port);

/// Opens a socket that is bound with SO_REUSEPORT and does not listen. This socket reserves the port for other sockets.
tl::expected<int, failure> reserve_port(const server_options& options, std::uint16_t port);

struct bound_address
{
    std::string host; ///< numeric; for a Unix socket "unix:" and its path, or "unix:@" and its abstract name
    std::uint16_t port = 0;
};

/// The address to which a socket is bound. Fails if the socket is not bound to a TCP port or a Unix name.
tl::expected<bound_address, failure> local_address(int socket);

/// A URL that a browser can open: "http://host:port". For a Unix socket: "unix:/path".
std::string make_url(const std::string& host, std::uint16_t port);

} // namespace rill
