#include "transport/socket.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <boost/asio/error.hpp>
#include <cerrno>
#include <limits>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <rill/http/forwarded.hpp>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace rill::transport {

namespace {

error_code last_error() noexcept
{
    return {errno, boost::system::system_category()};
}

void set_option(int socket, int level, int name, int value) noexcept
{
    // Options tune; a kernel that lacks one serves all the same.
    static_cast<void>(::setsockopt(socket, level, name, &value, sizeof value));
}

} // namespace

result<std::size_t> send_some(int socket, std::string_view bytes) noexcept
{
    for (;;) {
        const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            return static_cast<std::size_t>(sent);
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return 0;
        }
        if (errno != EINTR) {
            return tl::unexpected(last_error());
        }
    }
}

result<std::size_t> receive_some(int socket, char* into, std::size_t size) noexcept
{
    for (;;) {
        const auto received = ::recv(socket, into, size, MSG_DONTWAIT);
        if (received >= 0) {
            return static_cast<std::size_t>(received);
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return tl::unexpected(error_code(boost::asio::error::would_block));
        }
        if (errno != EINTR) {
            return tl::unexpected(last_error());
        }
    }
}

std::size_t unread_bytes(int socket) noexcept
{
    int count = 0;
    return ::ioctl(socket, FIONREAD, &count) == 0 && count > 0 ? static_cast<std::size_t>(count) : 0;
}

std::size_t unacknowledged_bytes(int socket) noexcept
{
    int count = 0;
    return ::ioctl(socket, SIOCOUTQ, &count) == 0 && count > 0 ? static_cast<std::size_t>(count) : 0;
}

void prepare_connection(int socket, const connection_limits& limits) noexcept
{
    set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    if (limits.tcp_user_timeout.count() > 0) {
        set_tcp_user_timeout(socket, limits.tcp_user_timeout);
    }
}

void set_tcp_user_timeout(int socket, std::chrono::milliseconds limit) noexcept
{
    constexpr std::chrono::milliseconds::rep most = std::numeric_limits<int>::max();
    set_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(std::min(limit.count(), most)));
}

void limit_unsent(int socket, std::size_t bytes) noexcept
{
    if (bytes != 0) {
        set_option(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, static_cast<int>(bytes));
    }
}

void close_socket(int socket) noexcept
{
    ::close(socket);
}

void reset_on_close(int socket) noexcept
{
    const linger now{.l_onoff = 1, .l_linger = 0};
    static_cast<void>(::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now));
}

void finish_sending(int socket) noexcept
{
    static_cast<void>(::shutdown(socket, SHUT_WR));
}

std::string peer_address(int socket)
{
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    if (::getpeername(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
        return {};
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* raw = nullptr;
    int family = address.ss_family;
    if (family == AF_INET) {
        raw = &reinterpret_cast<const sockaddr_in&>(address).sin_addr;
    } else if (family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
        const bool mapped = IN6_IS_ADDR_V4MAPPED(&v6) != 0;
        raw = v6.s6_addr + (mapped ? sizeof v6 - sizeof(in_addr) : 0);
        family = mapped ? AF_INET : family;
    } else {
        return family == AF_UNIX ? std::string(unix_peer) : std::string();
    }
    return ::inet_ntop(family, raw, text.data(), text.size()) != nullptr ? text.data() : std::string();
}

} // namespace rill::transport
