// What a server does with peers that misbehave, seen from outside: which answer, and how long it holds them.
//
//     misbehave [--path PATH] PORT LIMIT_S COMMAND [ARG...]
//
// Starts the server (the bench contract: GET PATH?ms=N, which is /ticks unless said otherwise), lets all of them loose
// at once, and prints a line for each. A server that has one period only, as nchan's, is asked twice: with 1 ms it
// shows the frozen reader, with 86400000 ms the vanished peer.

#include <arpa/inet.h>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <linux/filter.h>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

std::uint16_t port = 0;
double limit = 0;
std::string path = "/ticks";

double seconds_since(steady::time_point start)
{
    return std::chrono::duration<double>(steady::now() - start).count();
}

/// 0 when nobody listens.
int connect_now(int receive_buffer = 0)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer != 0) {
        ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
        return socket;
    }
    ::close(socket);
    return 0;
}

void send_text(int socket, const std::string& text)
{
    if (::send(socket, text.data(), text.size(), MSG_NOSIGNAL) < 0) {
        std::perror("send");
    }
}

bool readable(int socket, int ms)
{
    pollfd p{.fd = socket, .events = POLLIN, .revents = 0};
    return ::poll(&p, 1, ms) == 1;
}

std::string answer(int socket)
{
    char bytes[13] = {};
    const auto count = ::recv(socket, bytes, 12, 0);
    return count > 0 ? bytes : count == 0 ? "closed" : "reset";
}

void tell(const char* who, double after, const std::string& what)
{
    std::printf("%-16s %7.2f s  %s\n", who, after, what.c_str());
    std::fflush(stdout);
}

/// Whether the server's end of the connection is still established (proc_pid_net(5), /proc/net/tcp).
bool held_by_server(int socket)
{
    sockaddr_in mine{};
    socklen_t length = sizeof mine;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&mine), &length);
    char wanted[64];
    std::snprintf(wanted, sizeof wanted, ":%04X 0100007F:%04X 01 ", port, ntohs(mine.sin_port));
    char mapped[96]; // of a server that listens on IPv6
    std::snprintf(mapped, sizeof mapped, ":%04X 0000000000000000FFFF00000100007F:%04X 01 ", port, ntohs(mine.sin_port));
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

/// Sends one more byte of something four times a second.
void drip(const char* who, const std::string& begin)
{
    const int socket = connect_now();
    send_text(socket, begin);
    for (const auto start = steady::now();;) {
        if (readable(socket, 250)) {
            return tell(who, seconds_since(start), answer(socket));
        }
        if (seconds_since(start) > limit) {
            return tell(who, limit, "still held");
        }
        ::send(socket, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
}

void until_freed(const char* who, int socket)
{
    for (const auto start = steady::now();; std::this_thread::sleep_for(100ms)) {
        if (!held_by_server(socket)) {
            return tell(who, seconds_since(start), "freed");
        }
        if (seconds_since(start) > limit) {
            return tell(who, limit, "still held");
        }
    }
}

/// False where there is no such stream.
bool open_stream(int socket, const std::string& target)
{
    send_text(socket, "GET " + target + " HTTP/1.1\r\nHost: t\r\nAccept: text/event-stream\r\n\r\n");
    return readable(socket, 5000) && answer(socket) == "HTTP/1.1 200";
}

void frozen_reader()
{
    const int socket = connect_now(2048);
    if (!open_stream(socket, path + "?ms=1")) {
        return tell("frozen reader", 0, "no such stream");
    }
    until_freed("frozen reader", socket);
}

void half_open()
{
    const int socket = connect_now();
    if (!open_stream(socket, path + "?ms=86400000")) {
        return tell("vanished peer", 0, "no such stream");
    }
    std::this_thread::sleep_for(500ms);
    sock_filter drop_all{.code = BPF_RET | BPF_K, .jt = 0, .jf = 0, .k = 0};
    const sock_fprog program{.len = 1, .filter = &drop_all};
    ::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
    until_freed("vanished peer", socket);
}

void oversized_head()
{
    const int socket = connect_now();
    send_text(socket, "GET / HTTP/1.1\r\nHost: t\r\nX: ");
    const std::string piece(64 * 1024, 'x');
    std::size_t sent = 0;
    for (const auto start = steady::now(); seconds_since(start) < limit && sent < 100'000'000;) {
        const auto count = ::send(socket, piece.data(), piece.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        sent += count > 0 ? static_cast<std::size_t>(count) : 0;
        if (readable(socket, count > 0 ? 0 : 10)) {
            return tell("oversized head", seconds_since(start), answer(socket));
        }
    }
    tell("oversized head", limit, "still read, after " + std::to_string(sent / 1'000'000) + " MB");
}

void tls_hello()
{
    const int socket = connect_now();
    send_text(socket, std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + std::string(506, 'z'));
    const auto start = steady::now();
    const bool answered = readable(socket, static_cast<int>(limit * 1000));
    tell("TLS hello", seconds_since(start), answered ? answer(socket) : "still held");
}

} // namespace

int main(int argc, char** argv)
{
    if (argc > 2 && std::string(argv[1]) == "--path") {
        path = argv[2];
        argc -= 2;
        argv += 2;
    }
    if (argc < 4) {
        std::fprintf(stderr, "usage: misbehave [--path PATH] PORT LIMIT_S COMMAND [ARG...]\n");
        return 2;
    }
    port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    limit = std::atof(argv[2]);
    const pid_t server = ::fork();
    if (server == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::execvp(argv[3], argv + 3);
        ::_exit(127);
    }
    const auto start = steady::now();
    for (int probe = 0; (probe = connect_now()) == 0; std::this_thread::sleep_for(20ms)) {
        if (seconds_since(start) > 10) {
            std::fprintf(stderr, "misbehave: the server does not listen\n");
            return 1;
        }
    }
    std::vector<std::thread> peers;
    peers.emplace_back(drip, "slow head", "GET / HTTP/1.1\r\nHost: t\r\nX: ");
    peers.emplace_back(drip, "slow body", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 100000\r\n\r\n");
    for (const auto peer : {frozen_reader, half_open, oversized_head, tls_hello}) {
        peers.emplace_back(peer);
    }
    for (auto& peer : peers) {
        peer.join();
    }
    int status = 0;
    const bool lives = ::waitpid(server, &status, WNOHANG) == 0;
    std::printf("the server %s\n", lives ? "lives" : "has ended");
    ::kill(server, SIGTERM);
    ::waitpid(server, nullptr, 0);
    return lives ? 0 : 1;
}
