#include "server/notify_inbox.hpp"

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

int open_inbox()
{
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    if (socket < 0 || ::setsockopt(socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0 ||
        ::bind(socket, generic, offsetof(sockaddr_un, sun_path)) != 0) // autobind: unix(7)
    {
        throw std::system_error(errno, std::system_category(), "a socket for the workers' reports");
    }
    return socket;
}

} // namespace

notify_inbox::notify_inbox() : socket_(open_inbox())
{
    sockaddr_un address{};
    socklen_t length = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
    name_.assign(address.sun_path, length - offsetof(sockaddr_un, sun_path));
    name_.front() = '@';
}

notify_inbox::~notify_inbox()
{
    ::close(socket_);
}

notify_inbox::report notify_inbox::next() const
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
