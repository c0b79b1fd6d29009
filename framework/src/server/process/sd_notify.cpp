#include <rill/server/service_manager.hpp>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/process/environment.hpp"

namespace rill {

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
    if (path[0] == '@') { // an abstract name, without a file (unix(7))
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
    const auto period = number_in_environment("WATCHDOG_USEC");
    const auto pid = number_in_environment("WATCHDOG_PID");
    if (!period || *period == 0 || (pid && *pid != static_cast<std::uint64_t>(::getpid()))) {
        return std::nullopt;
    }
    return std::chrono::microseconds(*period);
}

} // namespace rill
