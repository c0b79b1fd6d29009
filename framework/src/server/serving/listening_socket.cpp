#include "server/serving/listening_socket.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <rill/core/error.hpp>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/process/system_failure.hpp"

namespace rill {

namespace {

constexpr std::string_view unix_prefix = "unix:";

std::string host_and_port(const std::string& host, std::uint16_t port)
{
    return (host.find(':') != host.npos ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

void enable(int socket, int level, int option) noexcept
{
    const int on = 1;
    ::setsockopt(socket, level, option, &on, sizeof on);
}

enum class socket_role : bool
{
    reserves, ///< is bound and does not listen
    listens
};

tl::expected<int, failure> open_bound_socket(const server_options& options, std::uint16_t port, bool reuse_port,
                                             socket_role role)
{
    error_code ec;
    const auto address = asio::ip::make_address(options.host == "localhost" ? "127.0.0.1" : options.host, ec);
    if (ec) {
        return tl::unexpected(failure(error::invalid_address, "host '" + options.host + "'"));
    }
    const asio::ip::tcp::endpoint endpoint(address, port);
    const int socket = ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) {
        const int number = errno;
        return tl::unexpected(system_failure(number, "socket for " + host_and_port(options.host, port)));
    }
    enable(socket, SOL_SOCKET, SO_REUSEADDR);
    if (reuse_port) {
        enable(socket, SOL_SOCKET, SO_REUSEPORT);
    }
    const char* step = "bind ";
    int result = ::bind(socket, endpoint.data(), static_cast<socklen_t>(endpoint.size()));
    if (result == 0 && role == socket_role::listens) {
        step = "listen on ";
        result = ::listen(socket, options.backlog);
    }
    if (result != 0) {
        const int number = errno;
        ::close(socket);
        return tl::unexpected(system_failure(number, step + host_and_port(options.host, port)));
    }
    return socket;
}

// Returns the path of a Unix socket, or '@' and its abstract name (unix(7)). Returns an empty string if the socket is
// not bound. `length` is the length of the address from the kernel. It may include the null character after a path, and
// it may exceed the size of the structure.
std::string unix_path(const sockaddr_un& address, socklen_t length)
{
    const auto begin = offsetof(sockaddr_un, sun_path);
    const auto size = std::min<std::size_t>(length, sizeof address) - std::min<std::size_t>(length, begin);
    std::string_view path(address.sun_path, size);
    if (path.starts_with('\0')) {
        return "@" + std::string(path.substr(1));
    }
    return std::string(path.substr(0, path.find('\0')));
}

} // namespace

tl::expected<int, failure> open_listening_socket(const server_options& options, std::uint16_t port, bool reuse_port)
{
    return open_bound_socket(options, port, reuse_port, socket_role::listens);
}

tl::expected<int, failure> reserve_port(const server_options& options, std::uint16_t port)
{
    return open_bound_socket(options, port, true, socket_role::reserves);
}

tl::expected<bound_address, failure> local_address(int socket)
{
    sockaddr_storage address{}; // large enough for an address of any family
    socklen_t length = sizeof address;
    bound_address bound;
    int number = 0;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
        number = errno;
    } else if (address.ss_family == AF_UNIX) {
        const auto path = unix_path(reinterpret_cast<const sockaddr_un&>(address), length);
        bound.host = std::string(unix_prefix) + path;
        number = path.empty() ? EINVAL : 0;
    } else if (address.ss_family != AF_INET && address.ss_family != AF_INET6) {
        number = EAFNOSUPPORT;
    } else {
        asio::ip::tcp::endpoint endpoint;
        std::memcpy(endpoint.data(), &address, std::min<std::size_t>(length, endpoint.capacity()));
        bound = {endpoint.address().to_string(), endpoint.port()};
        number = bound.port == 0 ? EINVAL : 0; // port 0 means that the socket is not bound
    }
    if (number != 0) {
        return tl::unexpected(system_failure(number, "address of listening socket " + std::to_string(socket)));
    }
    return bound;
}

std::string make_url(const std::string& host, std::uint16_t port)
{
    if (host.starts_with(unix_prefix)) {
        return host;
    }
    const bool any_interface = host == "0.0.0.0" || host == "::";
    return "http://" + host_and_port(any_interface ? "localhost" : host, port);
}

} // namespace rill
