#pragma once

#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace rill_test {

/// A Unix socket with a name. The destructor removes its file. "@name" is an abstract socket without a file.
struct unix_listener
{
    std::string path;
    int socket = -1;

    explicit unix_listener(std::string name, int type = SOCK_STREAM, bool listens = true) : path(std::move(name))
    {
        socket = ::socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
        const auto address = address_of(path);
        BOOST_REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), length_of(path)) == 0);
        BOOST_REQUIRE((!listens || type != SOCK_STREAM || ::listen(socket, 16) == 0));
    }
    unix_listener(const unix_listener&) = delete;
    unix_listener& operator=(const unix_listener&) = delete;
    ~unix_listener()
    {
        ::close(socket);
        if (!path.starts_with('@')) {
            ::unlink(path.c_str());
        }
    }

    /// Returns a path with this size in bytes.
    static std::string path_of(std::size_t size)
    {
        std::string path = "/tmp/r" + std::to_string(::getpid());
        path.resize(size, 'x');
        return path;
    }

    /// Sends `request` and returns the whole response.
    std::string ask(std::string_view request) const
    {
        const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const timeval patience{.tv_sec = 30, .tv_usec = 0};
        ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        const auto address = address_of(path);
        BOOST_REQUIRE(::connect(client, reinterpret_cast<const sockaddr*>(&address), length_of(path)) == 0);
        BOOST_REQUIRE(::send(client, request.data(), request.size(), MSG_NOSIGNAL) ==
                      static_cast<ssize_t>(request.size()));
        std::string answer;
        char bytes[4096];
        for (long count = 0; (count = ::recv(client, bytes, sizeof bytes, 0)) > 0;) {
            answer.append(bytes, static_cast<std::size_t>(count));
        }
        ::close(client);
        return answer;
    }

private:
    static sockaddr_un address_of(const std::string& path)
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path);
        address.sun_path[0] = path.starts_with('@') ? '\0' : path[0];
        return address;
    }
    static socklen_t length_of(const std::string& path)
    {
        return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    }
};

} // namespace rill_test
