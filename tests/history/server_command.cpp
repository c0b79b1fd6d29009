#include "history/server_command.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace history {

std::string ask(std::uint16_t port, std::string_view line, std::chrono::milliseconds time)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::string answer;
    const auto text = std::string(line) + "\r\n";
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        ::send(socket, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()))
    {
        pollfd ready{.fd = socket, .events = POLLIN, .revents = 0};
        if (::poll(&ready, 1, static_cast<int>(time.count())) == 1) {
            char bytes[1024];
            const auto count = ::recv(socket, bytes, sizeof bytes, 0);
            answer.assign(bytes, count > 0 ? static_cast<std::size_t>(count) : 0);
        }
    }
    ::close(socket);
    return answer;
}

} // namespace history
