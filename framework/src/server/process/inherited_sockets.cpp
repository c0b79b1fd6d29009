#include "server/process/inherited_sockets.hpp"

#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include "server/process/environment.hpp"
#include "server/process/system_failure.hpp"

namespace rill {

namespace {

constexpr int first_descriptor = 3; // SD_LISTEN_FDS_START
constexpr std::uint64_t max_sockets = 1024;

int socket_option(int socket, int name) noexcept
{
    int value = 0;
    socklen_t length = sizeof value;
    return ::getsockopt(socket, SOL_SOCKET, name, &value, &length) == 0 ? value : -1;
}

void add_flag(int descriptor, int get, int set, int flag) noexcept
{
    const int flags = ::fcntl(descriptor, get);
    static_cast<void>(::fcntl(descriptor, set, flags | flag));
}

failure no_listening_socket(int error, const std::string& socket)
{
    return system_failure(error, socket + ", which must be a listening socket of TCP or a Unix stream socket");
}

} // namespace

int check_listening(int socket) noexcept
{
    const int family = socket_option(socket, SO_DOMAIN);
    if (family < 0) {
        return errno;
    }
    const bool tcp = (family == AF_INET || family == AF_INET6) && socket_option(socket, SO_PROTOCOL) == IPPROTO_TCP;
    const bool local = family == AF_UNIX && socket_option(socket, SO_TYPE) == SOCK_STREAM;
    if (!tcp && !local) {
        return EPROTOTYPE;
    }
    return socket_option(socket, SO_ACCEPTCONN) == 1 ? 0 : EINVAL;
}

tl::expected<void, failure> check_listening(const std::vector<int>& sockets)
{
    for (const int socket : sockets) {
        if (const int error = check_listening(socket)) {
            return tl::unexpected(
                no_listening_socket(error, "socket " + std::to_string(socket) + " of server_options::sockets"));
        }
    }
    return {};
}

tl::expected<std::vector<int>, failure> inherited_sockets()
{
    const auto pid = number_in_environment("LISTEN_PID");
    const auto count = number_in_environment("LISTEN_FDS");
    if (!pid || *pid != static_cast<std::uint64_t>(::getpid())) {
        return {};
    }
    for (const auto* variable : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) {
        ::unsetenv(variable);
    }
    if (!count || *count > max_sockets) {
        return tl::unexpected(system_failure(EINVAL, "LISTEN_FDS, which must be a number from 0 to 1024"));
    }
    std::vector<int> sockets;
    for (int i = 0; i < static_cast<int>(*count); ++i) {
        const int socket = first_descriptor + i;
        if (const int error = check_listening(socket)) {
            return tl::unexpected(
                no_listening_socket(error, "descriptor " + std::to_string(socket) + " of LISTEN_FDS"));
        }
        add_flag(socket, F_GETFD, F_SETFD, FD_CLOEXEC);
        add_flag(socket, F_GETFL, F_SETFL, O_NONBLOCK);
        sockets.push_back(socket);
    }
    return sockets;
}

} // namespace rill
