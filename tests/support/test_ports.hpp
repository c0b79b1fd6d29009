#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace rill_test {

struct port_range
{
    int first;
    int last;
};

/// The ports for servers that this test starts as processes. They are below the ephemeral range (from 32768).
/// Therefore no outgoing connection gets one of them, and a client that connects too early cannot connect to itself.
/// CTest gives each test one of forty ranges of them (RILL_TEST_SLOT). Set RILL_TEST_PORTS=FROM-TO if several test runs
/// share a machine.
inline port_range test_ports()
{
    port_range all{10'000, 29'999};
    if (const char* text = std::getenv("RILL_TEST_PORTS")) {
        if (std::sscanf(text, "%d-%d", &all.first, &all.last) != 2) {
            throw std::runtime_error("RILL_TEST_PORTS is not FROM-TO");
        }
    }
    const char* slot = std::getenv("RILL_TEST_SLOT");
    if (slot == nullptr) {
        return all;
    }
    const int each = (all.last - all.first + 1) / 40;
    const int first = all.first + std::atoi(slot) * each;
    return {first, first + each - 1};
}

/// Returns whether no process listens on the port. A process with SO_REUSEPORT counts as well.
inline bool is_free(int port)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool free =
        ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && ::listen(socket, 1) == 0;
    ::close(socket);
    return free;
}

/// Returns whether a server accepts connections on the port. A test that waits for a server must not use is_free() for
/// this, because is_free() itself occupies the port for a moment. The server could not listen then.
inline bool is_listening(int port)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool connected = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    return connected;
}

/// Returns one of this test's ports on which no process listens. A port is repeated only after all other free ports.
inline std::uint16_t free_port()
{
    static unsigned turn = static_cast<unsigned>(::getpid());
    const auto [first, last] = test_ports();
    const int count = last - first + 1;
    for (int i = 0; i < count; ++i) {
        const int port = first + static_cast<int>(turn++ % static_cast<unsigned>(count));
        if (is_free(port)) {
            return static_cast<std::uint16_t>(port);
        }
    }
    throw std::runtime_error("no free port from " + std::to_string(first) + " to " + std::to_string(last));
}

} // namespace rill_test
