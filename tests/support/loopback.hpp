#pragma once

#include <arpa/inet.h>
#include <boost/test/unit_test.hpp>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace rill_test {

/// A TCP connection over the loopback interface. `server` is non-blocking. `client` blocks with a timeout.
struct loopback
{
    int server = -1;
    int client = -1;

    loopback()
    {
        const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        BOOST_REQUIRE(::bind(listener, generic, length) == 0);
        BOOST_REQUIRE(::listen(listener, 1) == 0);
        BOOST_REQUIRE(::getsockname(listener, generic, &length) == 0);
        client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        BOOST_REQUIRE(::connect(client, generic, length) == 0);
        server = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        BOOST_REQUIRE(server >= 0);
        ::close(listener);
        const timeval patience{.tv_sec = 30, .tv_usec = 0};
        ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    loopback(const loopback&) = delete;
    loopback& operator=(const loopback&) = delete;
    ~loopback()
    {
        close_client();
        close_server();
    }

    void close_client() { close_one(client); }
    void close_server() { close_one(server); }

    /// Closes the client's side with RST.
    void reset_client()
    {
        const linger now{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close_client();
    }

    void client_sends(std::string_view text) const
    {
        BOOST_REQUIRE(::send(client, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
    }

    /// Releases the server's socket to a caller that closes it.
    int release_server() { return std::exchange(server, -1); }

private:
    static void close_one(int& socket)
    {
        if (socket >= 0) {
            ::close(std::exchange(socket, -1));
        }
    }
};

} // namespace rill_test
