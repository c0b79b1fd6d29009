#pragma once

#include <arpa/inet.h>
#include <chrono>
#include <cstdint>
#include <linux/filter.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace rill_test {

/// A client's TCP connection to a server on the loopback interface: blocking, but not for ever.
class connection
{
public:
    static constexpr std::chrono::seconds patience{30};

    /// Throws when there is nobody to connect to.
    /// @param receive_buffer in bytes; small to meet a full window soon, 0 for the default
    /// @param source the client's own IPv4 address; 0 for any
    explicit connection(std::uint16_t port, int receive_buffer = 0, std::uint32_t source = 0)
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        if (receive_buffer != 0) {
            ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        }
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(source);
        if (source != 0 && ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            ::close(socket_);
            throw std::runtime_error("cannot bind");
        }
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            ::close(socket_);
            throw std::runtime_error("cannot connect");
        }
    }
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection() { close(); }

    void close()
    {
        if (socket_ >= 0) {
            ::close(std::exchange(socket_, -1));
        }
    }

    /// Ends it with RST.
    void reset()
    {
        const linger now{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close();
    }

    /// From now on the kernel drops what comes for this end, acknowledgements owed included: for the other one it is as
    /// if the cable was pulled. What this end would send, it must not.
    void go_dead()
    {
        sock_filter drop_all{.code = BPF_RET | BPF_K, .jt = 0, .jf = 0, .k = 0};
        const sock_fprog program{.len = 1, .filter = &drop_all};
        if (::setsockopt(socket_, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0) {
            throw std::runtime_error("cannot attach a filter");
        }
    }

    void half_close() { ::shutdown(socket_, SHUT_WR); }

    /// Sends all; throws when the connection is broken.
    void send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0) {
                throw std::runtime_error("cannot send");
            }
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    /// As send(), for bytes that the server may refuse to take.
    void try_send(std::string_view bytes)
    {
        static_cast<void>(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    }

    /// Whether there is something to receive, or the end.
    bool has_input() const
    {
        pollfd readable{.fd = socket_, .events = POLLIN, .revents = 0};
        return ::poll(&readable, 1, 0) == 1;
    }

    /// Appends what has come: how much, 0 at the end, less than 0 after a reset or when nothing came for `patience`.
    long receive(std::string& into)
    {
        pollfd readable{.fd = socket_, .events = POLLIN, .revents = 0};
        if (::poll(&readable, 1, static_cast<int>(std::chrono::milliseconds(patience).count())) != 1) {
            return -1;
        }
        char bytes[64 * 1024];
        const auto count = ::recv(socket_, bytes, sizeof bytes, 0);
        if (count > 0) {
            into.append(bytes, static_cast<std::size_t>(count));
        }
        return count;
    }

private:
    int socket_;
};

} // namespace rill_test
