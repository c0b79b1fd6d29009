#include "transport/stream_socket.hpp"

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
#include <sys/uio.h>
#include <unistd.h>

namespace rill::transport {

namespace {

error_code last_error() noexcept
{
    return {errno, boost::system::system_category()};
}

// Errors are ignored, because a connection also works without these options.
void set_option(int socket, int level, int name, int value) noexcept
{
    static_cast<void>(::setsockopt(socket, level, name, &value, sizeof value));
}

bool is_would_block(int error) noexcept
{
    return error == EAGAIN || error == EWOULDBLOCK;
}

/// Makes a system call, and repeats it if a signal interrupts it. Returns the number of written bytes, or 0 if the
/// kernel accepts none.
template <class Call>
result<std::size_t> write_with(Call call) noexcept
{
    for (;;) {
        const auto sent = call();
        if (sent >= 0) {
            return static_cast<std::size_t>(sent);
        }
        if (is_would_block(errno)) {
            return 0;
        }
        if (errno != EINTR) {
            return tl::unexpected(last_error());
        }
    }
}

} // namespace

result<std::size_t> stream_socket::write_some(std::string_view bytes) const noexcept
{
    if (virtual_socket::names(descriptor_)) [[unlikely]] {
        return virtual_socket::at(descriptor_).write_some({bytes});
    }
    return write_with([&] { return ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT); });
}

result<std::size_t> stream_socket::write_some(std::initializer_list<std::string_view> pieces) const noexcept
{
    if (virtual_socket::names(descriptor_)) [[unlikely]] {
        return virtual_socket::at(descriptor_).write_some(pieces);
    }
    std::array<iovec, max_pieces> list{};
    std::size_t count = 0;
    for (const auto piece : pieces) {
        list[count++] = {const_cast<char*>(piece.data()), piece.size()}; // NOLINT: sendmsg() only reads it
    }
    msghdr message{};
    message.msg_iov = list.data();
    message.msg_iovlen = count;
    return write_with([&] { return ::sendmsg(descriptor_, &message, MSG_NOSIGNAL | MSG_DONTWAIT); });
}

result<std::size_t> stream_socket::read_some(char* into, std::size_t size) const noexcept
{
    if (virtual_socket::names(descriptor_)) [[unlikely]] {
        return virtual_socket::at(descriptor_).read_some(into, size);
    }
    for (;;) {
        const auto received = ::recv(descriptor_, into, size, MSG_DONTWAIT);
        if (received >= 0) {
            return static_cast<std::size_t>(received);
        }
        if (is_would_block(errno)) {
            return tl::unexpected(error_code(boost::asio::error::would_block));
        }
        if (errno != EINTR) {
            return tl::unexpected(last_error());
        }
    }
}

std::size_t stream_socket::unread_bytes() const noexcept
{
    if (virtual_socket::names(descriptor_)) [[unlikely]] {
        return virtual_socket::at(descriptor_).unread_bytes();
    }
    int count = 0;
    return ::ioctl(descriptor_, FIONREAD, &count) == 0 && count > 0 ? static_cast<std::size_t>(count) : 0;
}

std::size_t stream_socket::unacknowledged_bytes() const noexcept
{
    if (virtual_socket::names(descriptor_)) [[unlikely]] {
        return virtual_socket::at(descriptor_).unacknowledged_bytes();
    }
    int count = 0;
    return ::ioctl(descriptor_, SIOCOUTQ, &count) == 0 && count > 0 ? static_cast<std::size_t>(count) : 0;
}

void stream_socket::prepare(const connection_limits& limits) const noexcept
{
    if (!virtual_socket::names(descriptor_)) {
        set_option(descriptor_, IPPROTO_TCP, TCP_NODELAY, 1);
    }
    if (limits.tcp_user_timeout.count() > 0) {
        set_tcp_user_timeout(limits.tcp_user_timeout);
    }
}

void stream_socket::set_tcp_user_timeout(std::chrono::milliseconds limit) const noexcept
{
    if (virtual_socket::names(descriptor_)) [[unlikely]] {
        return virtual_socket::at(descriptor_).set_tcp_user_timeout(limit);
    }
    constexpr std::chrono::milliseconds::rep max = std::numeric_limits<int>::max();
    set_option(descriptor_, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(std::min(limit.count(), max)));
}

void stream_socket::limit_unsent(std::size_t bytes) const noexcept
{
    if (virtual_socket::names(descriptor_)) [[unlikely]] {
        return virtual_socket::at(descriptor_).limit_unsent(bytes);
    }
    if (bytes != 0) {
        set_option(descriptor_, IPPROTO_TCP, TCP_NOTSENT_LOWAT, static_cast<int>(bytes));
    }
}

void stream_socket::finish_sending() const noexcept
{
    if (virtual_socket::names(descriptor_)) [[unlikely]] {
        return virtual_socket::at(descriptor_).finish_sending();
    }
    static_cast<void>(::shutdown(descriptor_, SHUT_WR));
}

void stream_socket::reset_on_close() const noexcept
{
    if (virtual_socket::names(descriptor_)) [[unlikely]] {
        return virtual_socket::at(descriptor_).reset_on_close();
    }
    const linger now{.l_onoff = 1, .l_linger = 0};
    static_cast<void>(::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now));
}

void stream_socket::close() const noexcept
{
    if (virtual_socket::names(descriptor_)) [[unlikely]] {
        return virtual_socket::at(descriptor_).close();
    }
    ::close(descriptor_);
}

std::string stream_socket::peer_address() const
{
    if (virtual_socket::names(descriptor_)) [[unlikely]] {
        return virtual_socket::at(descriptor_).peer_address();
    }
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    if (::getpeername(descriptor_, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
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
