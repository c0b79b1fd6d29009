#include "robustness/probe/client_connection.hpp"

#include <arpa/inet.h>
#include <cstdio>
#include <fstream>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "robustness/probe/clock.hpp"

namespace probe {

namespace {

sockaddr_in loopback(std::uint16_t port, std::uint32_t number = 0)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + number);
    return address;
}

} // namespace

connection::connection(std::uint16_t port, int receive_buffer, int index)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), port_(port)
{
    if (receive_buffer != 0) {
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    const auto source = loopback(0, static_cast<std::uint32_t>(index / 10'000));
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    // If this fails, connect() chooses the address.
    static_cast<void>(::bind(socket_, reinterpret_cast<const sockaddr*>(&source), sizeof source));
    const auto address = loopback(port);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        close();
    }
}

connection::connection(connection&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), port_(other.port_), end_(other.end_)
{}

connection& connection::operator=(connection&& other) noexcept
{
    std::swap(socket_, other.socket_);
    std::swap(port_, other.port_);
    std::swap(end_, other.end_);
    return *this;
}

connection::~connection()
{
    close();
}

void connection::close() noexcept
{
    if (is_open()) {
        ::close(std::exchange(socket_, -1));
    }
}

void connection::reset() noexcept
{
    const linger now{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
}

std::size_t connection::send(std::string_view bytes) const noexcept
{
    const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return count > 0 ? static_cast<std::size_t>(count) : 0;
}

bool connection::readable(int ms) const noexcept
{
    pollfd p{.fd = socket_, .events = POLLIN, .revents = 0};
    return ::poll(&p, 1, ms) == 1;
}

std::string connection::receive()
{
    std::string bytes(64UL * 1024, '\0');
    const auto count = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (count <= 0) {
        end_ = count == 0 ? "closed" : "reset";
    }
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
}

bool connection::held_by_server() const
{
    sockaddr_in mine{};
    socklen_t length = sizeof mine;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&mine), &length);
    char wanted[64];
    std::snprintf(wanted, sizeof wanted, ":%04X 0100007F:%04X 01 ", port_, ntohs(mine.sin_port));
    char mapped[96]; // the address in the form of a server that listens on IPv6
    std::snprintf(mapped, sizeof mapped, ":%04X 0000000000000000FFFF00000100007F:%04X 01 ", port_,
                  ntohs(mine.sin_port));
    for (const char* file : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        std::ifstream table(file);
        for (std::string line; std::getline(table, line);) {
            if (line.find(wanted) != line.npos || line.find(mapped) != line.npos) {
                return true;
            }
        }
    }
    return false;
}

std::string stream_request(const std::string& target)
{
    return "GET " + target + " HTTP/1.1\r\nHost: t\r\nAccept: text/event-stream\r\n\r\n";
}

std::string read_until(connection& from, std::string_view wanted)
{
    std::string received;
    while (received.find(wanted) == received.npos) {
        const auto more = from.readable(10'000) ? from.receive() : std::string();
        if (more.empty()) {
            return {};
        }
        received += more;
    }
    return received;
}

bool open_stream(connection& to, const std::string& target, std::string_view wanted)
{
    to.send(stream_request(target));
    return read_until(to, wanted).starts_with("HTTP/1.1 200");
}

void raise_file_limit()
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace probe
