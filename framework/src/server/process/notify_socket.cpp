#include "server/process/notify_socket.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace rill {

namespace {

/// Binds a socket to an abstract name that the kernel chooses (autobind, unix(7)).
/// @return the name. On failure, the name is empty and errno is set.
std::string bind_abstract(int socket)
{
    const int on = 1;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t length = sizeof address;
    if (::setsockopt(socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0 ||
        ::bind(socket, generic, offsetof(sockaddr_un, sun_path)) != 0 || ::getsockname(socket, generic, &length) != 0)
    {
        return {};
    }
    return "@" + std::string(address.sun_path + 1, length - offsetof(sockaddr_un, sun_path) - 1);
}

} // namespace

notify_socket::notify_socket() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
{
    name_ = socket_ < 0 ? std::string() : bind_abstract(socket_);
    if (name_.empty()) {
        const int error = errno;
        if (socket_ >= 0) {
            ::close(socket_);
        }
        throw std::system_error(error, std::system_category(), "socket for the reports of workers");
    }
}

notify_socket::~notify_socket()
{
    ::close(socket_);
}

notify_socket::report notify_socket::next() const
{
    std::array<char, 4096> text;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control{};
    iovec part{.iov_base = text.data(), .iov_len = text.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const auto size = ::recvmsg(socket_, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size < 0) {
        return {};
    }
    report r{.sender = 0, .text = std::string(text.data(), static_cast<std::size_t>(size))};
    const auto* header = CMSG_FIRSTHDR(&message);
    if (header != nullptr && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_CREDENTIALS) {
        ucred sender{};
        std::memcpy(&sender, CMSG_DATA(header), sizeof sender);
        r.sender = sender.pid;
    }
    return r;
}

bool has_line(std::string_view report, std::string_view line) noexcept
{
    while (!report.empty()) {
        const auto end = std::min(report.find('\n'), report.size());
        if (report.substr(0, end) == line) {
            return true;
        }
        report.remove_prefix(std::min(end + 1, report.size()));
    }
    return false;
}

} // namespace rill
