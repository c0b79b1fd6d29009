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

/// A client's TCP connection to a server on the loopback interface. Blocking calls have a timeout.
class connection
{
public:
    static constexpr std::chrono::seconds patience{30};

    /// Throws if no server listens.
    /// @param receive_buffer in bytes. A small buffer fills the window early. 0: the default.
    /// @param source the IPv4 address of the client. 0: any.
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

    /// Closes the connection with RST.
    void reset()
    {
        const linger now{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close();
    }

    /// Lets the kernel drop all received packets, including acknowledgments. The client does not respond any further,
    /// as after a pulled cable. The test must not send on the connection afterwards.
    void go_dead()
    {
        sock_filter drop_all{.code = BPF_RET | BPF_K, .jt = 0, .jf = 0, .k = 0};
        const sock_fprog program{.len = 1, .filter = &drop_all};
        if (::setsockopt(socket_, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0) {
            throw std::runtime_error("cannot attach a filter");
        }
    }

    void half_close() { ::shutdown(socket_, SHUT_WR); }

    /// Sends everything. Throws if the connection is broken.
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

    /// The same as send(), but ignores errors. For bytes that the server may not accept.
    void try_send(std::string_view bytes)
    {
        static_cast<void>(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    }

    /// Returns whether data or the end of the connection has arrived.
    bool has_input() const
    {
        pollfd readable{.fd = socket_, .events = POLLIN, .revents = 0};
        return ::poll(&readable, 1, 0) == 1;
    }

    /// Appends received data. Returns its size, 0 at the end, or a negative number after a reset or a timeout.
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
