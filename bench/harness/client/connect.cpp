#include "harness/client/connect.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench {

namespace {

constexpr std::uint32_t first_address = INADDR_LOOPBACK + 1; // 127.0.0.2
constexpr std::uint32_t first_later_address = 0x7F'10'00'00; // 127.16.0.0
constexpr std::uint32_t later_addresses = 4096;              // for each client

} // namespace

source_addresses::source_addresses(unsigned client, std::uint32_t max_streams) noexcept
    : base_(first_address + client * (max_streams / streams_per_address + 1)),
      later_base_(first_later_address + client * later_addresses)
{}

std::uint32_t source_addresses::first(std::uint32_t index) const noexcept
{
    return base_ + index / streams_per_address;
}

std::uint32_t source_addresses::next() noexcept
{
    return later_base_ + later_++ / streams_per_address % later_addresses;
}

failure connect_failure(int error) noexcept
{
    switch (error) {
    case ECONNREFUSED:
        return failure::refused;
    case EADDRNOTAVAIL:
    case EADDRINUSE:
        return failure::no_free_port;
    case EMFILE:
    case ENFILE:
    case ENOSPC: // epoll_ctl() reports this if the user has too many watches
        return failure::no_descriptor;
    case ETIMEDOUT:
        return failure::connect_timeout;
    case ECONNRESET:
    case EPIPE:
        return failure::reset_early;
    default:
        return failure::cannot_connect;
    }
}

tl::expected<int, failure> start_connection(const target& to, std::uint32_t source, int receive_buffer)
{
    const int socket = ::socket(to.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) {
        return tl::unexpected(connect_failure(errno));
    }
    const auto close_and_fail = [socket] {
        const auto reason = connect_failure(errno);
        ::close(socket);
        return tl::unexpected(reason);
    };
    if (receive_buffer > 0) {
        ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    if (source != 0) {
        // With this option connect() chooses the port. It knows both addresses.
        const int on = 1;
        ::setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(source);
        if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            return close_and_fail();
        }
    }
    const auto* address = reinterpret_cast<const sockaddr*>(&to.address);
    if (::connect(socket, address, to.address_size) != 0 && errno != EINPROGRESS) {
        return close_and_fail();
    }
    return socket;
}

void close_connection(int socket, bool by_reset) noexcept
{
    if (by_reset) {
        const linger now{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    ::close(socket);
}

} // namespace bench
