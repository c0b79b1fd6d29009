#include "harness/servers/server_start.hpp"

#include <algorithm>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "harness/support/clock.hpp"
#include "harness/support/files.hpp"
#include "harness/support/interrupt.hpp"
#include "harness/support/text.hpp"

namespace bench {

namespace {

class tcp_socket
{
public:
    tcp_socket() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
    tcp_socket(const tcp_socket&) = delete;
    tcp_socket& operator=(const tcp_socket&) = delete;
    ~tcp_socket() { ::close(fd_); }

    bool connect(std::uint16_t port) const
    {
        const auto address = local(port);
        return ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }

    /// Sends a request. Waits at most `wait` nanoseconds for the first byte of the response.
    bool answers(const std::string& target, std::int64_t wait) const
    {
        const auto request = "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n";
        const timeval limit{.tv_sec = wait / 1'000'000'000, .tv_usec = wait % 1'000'000'000 / 1000};
        char first = 0;
        return ::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size()) &&
               ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0 && ::recv(fd_, &first, 1, 0) == 1;
    }

    /// Also fails if the existing listeners share their port (SO_REUSEPORT). Ignores sockets in TIME_WAIT.
    bool listen(std::uint16_t port) const
    {
        const int on = 1;
        const auto address = local(port);
        return ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
               ::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && ::listen(fd_, 1) == 0;
    }

private:
    static sockaddr_in local(std::uint16_t port)
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return address;
    }

    int fd_;
};

std::string exit_message(int exit_code, const std::string& log)
{
    const auto message = last_line(log);
    return "the server ended with " + std::to_string(exit_code) + (message.empty() ? "" : ": " + message);
}

} // namespace

bool is_port_taken(std::uint16_t port)
{
    return !tcp_socket().listen(port);
}

tl::expected<std::unique_ptr<child_program>, std::string> start_server(const program_start& how, std::uint16_t port,
                                                                       const std::string& target, double timeout)
{
    if (is_port_taken(port)) {
        return tl::unexpected("port " + std::to_string(port) + " is taken by another program");
    }
    auto server = child_program::start(how);
    if (!server) {
        return server;
    }
    const auto deadline = now_ns() + static_cast<std::int64_t>(timeout * 1e9);
    for (;;) {
        const tcp_socket probe;
        const bool listens = probe.connect(port);
        if (listens && probe.answers(target, std::max<std::int64_t>(deadline - now_ns(), 1'000'000))) {
            return server;
        }
        if (const auto code = (*server)->exit_code()) {
            return tl::unexpected(exit_message(*code, how.log));
        }
        if (interrupted()) {
            return tl::unexpected(std::string("interrupted"));
        }
        if (now_ns() > deadline) {
            return tl::unexpected((listens ? "the server does not answer " + target : "the server does not listen") +
                                  " within " + fixed(timeout, 1) + " s");
        }
        sleep_ns(2'000'000);
    }
}

} // namespace bench
