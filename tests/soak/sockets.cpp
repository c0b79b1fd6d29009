#include "soak/sockets.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstdio>
#include <netinet/in.h>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "soak/server_line.hpp"
#include "support/test_ports.hpp"

namespace rill_soak {

std::uint16_t free_port(std::uint16_t from)
{
    while (!rill_test::is_free(from)) {
        ++from;
    }
    return from;
}

int connect_to(std::uint16_t port, unsigned source)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket < 0) {
        fail("out of descriptors");
    }
    const int on = 1;
    ::setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + source % 8);
    // If this fails, connect() chooses the address.
    static_cast<void>(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address));
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS) {
        ::close(socket);
        return -1;
    }
    return socket;
}

void reset(int socket)
{
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(socket);
}

std::optional<load> ask_load(std::uint16_t port)
{
    const int socket = connect_to(port, 0);
    if (socket < 0) {
        return std::nullopt;
    }
    epoll_event unused{};
    const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
    epoll_event writable{.events = EPOLLOUT, .data = {.fd = socket}};
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &writable);
    ::epoll_wait(epoll, &unused, 1, 5000);
    const std::string request = "GET /load HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n";
    ::send(socket, request.data(), request.size(), MSG_NOSIGNAL);
    epoll_event readable{.events = EPOLLIN, .data = {.fd = socket}};
    ::epoll_ctl(epoll, EPOLL_CTL_MOD, socket, &readable);
    std::string text;
    char bytes[4096];
    ssize_t count = 0;
    while (::epoll_wait(epoll, &unused, 1, 5000) == 1 && (count = ::recv(socket, bytes, sizeof bytes, 0)) > 0) {
        text.append(bytes, static_cast<std::size_t>(count));
    }
    ::close(epoll);
    ::close(socket);
    const auto body = text.find("\r\n\r\n");
    load l;
    unsigned long long last = 0;
    if (body == text.npos ||
        std::sscanf(text.c_str() + body, "%zu %zu %ld %llu", &l.streams, &l.connections, &l.handlers, &last) != 4)
    {
        return std::nullopt;
    }
    l.last = last;
    return l;
}

} // namespace rill_soak
