#include <rill/server/service_manager.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "http/whole_number.hpp"
#include "server/failures.hpp"
#include "server/listener.hpp"

namespace rill {

namespace {

constexpr int first_passed = 3; // SD_LISTEN_FDS_START

std::optional<std::uint64_t> number_in(const char* variable)
{
    const char* text = std::getenv(variable);
    return text != nullptr ? detail::whole_number<std::uint64_t>(text) : std::nullopt;
}

void add_flag(int descriptor, int get, int set, int flag) noexcept
{
    const int flags = ::fcntl(descriptor, get);
    static_cast<void>(::fcntl(descriptor, set, flags | flag));
}

} // namespace

bool sd_notify(std::string_view state) noexcept
{
    const char* path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path == nullptr || (path[0] != '/' && path[0] != '@') || std::strlen(path) >= sizeof address.sun_path) {
        return false;
    }
    const auto size = std::strlen(path);
    std::memcpy(address.sun_path, path, size);
    if (path[0] == '@') { // a name without a file (unix(7))
        address.sun_path[0] = '\0';
    }
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) {
        return false;
    }
    const auto sent = ::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                               reinterpret_cast<const sockaddr*>(&address),
                               static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size));
    ::close(socket);
    return sent == static_cast<ssize_t>(state.size());
}

std::optional<std::chrono::microseconds> watchdog_period()
{
    const auto period = number_in("WATCHDOG_USEC");
    const auto pid = number_in("WATCHDOG_PID");
    if (!period || *period == 0 || (pid && *pid != static_cast<std::uint64_t>(::getpid()))) {
        return std::nullopt;
    }
    return std::chrono::microseconds(*period);
}

tl::expected<std::vector<int>, failure> inherited_sockets()
{
    const auto pid = number_in("LISTEN_PID");
    const auto count = number_in("LISTEN_FDS");
    if (!pid || *pid != static_cast<std::uint64_t>(::getpid())) {
        return {};
    }
    for (const auto* variable : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) {
        ::unsetenv(variable);
    }
    if (!count || *count > 1024) {
        return tl::unexpected(call_failure(EINVAL, "LISTEN_FDS, which must be a number from 0 to 1024"));
    }
    std::vector<int> sockets;
    for (int i = 0; i < static_cast<int>(*count); ++i) {
        const int socket = first_passed + i;
        if (const int wrong = check_listening(socket)) {
            return tl::unexpected(call_failure(wrong, "descriptor " + std::to_string(socket) +
                                                          " of LISTEN_FDS, which must be a listening socket of "
                                                          "TCP or a Unix stream socket"));
        }
        add_flag(socket, F_GETFD, F_SETFD, FD_CLOEXEC);
        add_flag(socket, F_GETFL, F_SETFL, O_NONBLOCK);
        sockets.push_back(socket);
    }
    return sockets;
}

} // namespace rill
