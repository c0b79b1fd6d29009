// What a server does with peers that misbehave, seen from outside: which answer, and how long it holds them.
//
//     misbehave [--path PATH] PORT LIMIT_S COMMAND [ARG...]
//
// Starts the server (the bench contract: GET PATH?ms=N, which is /ticks unless said otherwise), lets all of them loose
// at once, and prints a line for each. A server that has one period only, as nchan's, is asked twice: with 1 ms it
// shows the frozen reader, with 86400000 ms the vanished peer.

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <linux/filter.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <vector>

#include "outside/clock.hpp"
#include "outside/server.hpp"
#include "outside/sockets.hpp"

namespace {

using namespace outside;

std::uint16_t port = 0;
double limit = 0;
std::string path;

std::string answer(connection& from)
{
    const auto bytes = from.receive();
    return bytes.empty() ? from.end() : bytes.substr(0, 12);
}

void tell(const char* who, double after, const std::string& what)
{
    std::printf("%-16s %7.2f s  %s\n", who, after, what.c_str());
    std::fflush(stdout);
}

/// Sends one more byte of something four times a second.
void drip(const char* who, const std::string& begin)
{
    connection c(port);
    c.send(begin);
    for (const auto start = steady::now();;) {
        if (c.readable(250)) {
            return tell(who, seconds_since(start), answer(c));
        }
        if (seconds_since(start) > limit) {
            return tell(who, limit, "still held");
        }
        c.send("x");
    }
}

void until_freed(const char* who, const connection& c, steady::time_point start = steady::now())
{
    for (;; std::this_thread::sleep_for(100ms)) {
        if (!c.held_by_server()) {
            return tell(who, seconds_since(start), "freed");
        }
        if (seconds_since(start) > limit) {
            return tell(who, limit, "still held");
        }
    }
}

void frozen_reader()
{
    connection c(port, 2048);
    c.send(stream_request(path + "?ms=1"));
    if (!c.readable(5000) || answer(c) != "HTTP/1.1 200") {
        return tell("frozen reader", 0, "no such stream");
    }
    until_freed("frozen reader", c);
}

void half_open()
{
    connection c(port);
    if (!open_stream(c, path + "?ms=86400000", "\r\n\r\n")) {
        return tell("vanished peer", 0, "no such stream");
    }
    std::this_thread::sleep_for(500ms);
    sock_filter drop_all{.code = BPF_RET | BPF_K, .jt = 0, .jf = 0, .k = 0};
    const sock_fprog program{.len = 1, .filter = &drop_all};
    ::setsockopt(c.socket(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
    until_freed("vanished peer", c);
}

/// One whole exchange, and then nothing.
void idle()
{
    connection c(port);
    c.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
    std::string received;
    auto last = steady::now();
    while (c.readable(received.empty() ? 5000 : 500)) {
        const auto more = c.receive();
        if (more.empty()) {
            return tell("idle keep-alive", 0, std::string(c.end()) + " after the response");
        }
        received += more;
        last = steady::now();
    }
    until_freed("idle keep-alive", c, last);
}

void oversized_head()
{
    connection c(port);
    c.send("GET / HTTP/1.1\r\nHost: t\r\nX: ");
    const std::string piece(64UL * 1024, 'x');
    std::size_t sent = 0;
    for (const auto start = steady::now(); seconds_since(start) < limit && sent < 100'000'000;) {
        const auto count = c.send(piece);
        sent += count;
        if (c.readable(count > 0 ? 0 : 10)) {
            return tell("oversized head", seconds_since(start), answer(c));
        }
    }
    tell("oversized head", limit, "still read, after " + std::to_string(sent / 1'000'000) + " MB");
}

void nonsense(const char* who, const std::string& bytes)
{
    connection c(port);
    c.send(bytes);
    const auto start = steady::now();
    const bool answered = c.readable(static_cast<int>(limit * 1000));
    tell(who, seconds_since(start), answered ? answer(c) : "still held");
}

} // namespace

int main(int argc, char** argv)
{
    path = take_option(argc, argv, "--path", "/ticks");
    if (argc < 4) {
        fail("usage: misbehave [--path PATH] PORT LIMIT_S COMMAND [ARG...]");
    }
    port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    limit = std::atof(argv[2]);
    server server({.command = {argv + 3, argv + argc}}, port);
    std::vector<std::thread> peers;
    peers.emplace_back(drip, "slow head", "GET / HTTP/1.1\r\nHost: t\r\nX: ");
    peers.emplace_back(drip, "slow body", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 100000\r\n\r\n");
    peers.emplace_back(nonsense, "TLS hello",
                       std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + std::string(506, 'z'));
    peers.emplace_back(nonsense, "garbage", "\x7f\x01 no request\r\n\r\n");
    for (const auto peer : {idle, frozen_reader, half_open, oversized_head}) {
        peers.emplace_back(peer);
    }
    for (auto& peer : peers) {
        peer.join();
    }
    std::printf("the server %s\n", server.lives() ? "lives" : "has ended");
    return server.lives() ? 0 : 1;
}
