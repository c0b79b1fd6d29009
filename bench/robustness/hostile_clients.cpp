// Measures how a server responds to hostile and broken clients, and how long it keeps their connections.
//
//     hostile_clients [--path PATH] PORT LIMIT_S COMMAND [ARG...]
//
// Starts the server, which must provide GET PATH?ms=N (default: /ticks). Starts all clients at once, and prints a line
// for each client. A server with only one period, such as nchan, needs two runs. The run with 1 ms shows the stalled
// reader. The run with 86400000 ms shows the silent peer.

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <linux/filter.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <vector>

#include "robustness/probe/client_connection.hpp"
#include "robustness/probe/clock.hpp"
#include "robustness/probe/server_process.hpp"

namespace {

using namespace probe;

std::uint16_t port = 0;
double limit = 0;
std::string path;

std::string first_bytes(connection& from)
{
    const auto bytes = from.receive();
    return bytes.empty() ? from.end() : bytes.substr(0, 12);
}

void print(const char* client, double after, const std::string& outcome)
{
    std::printf("%-16s %7.2f s  %s\n", client, after, outcome.c_str());
    std::fflush(stdout);
}

/// Sends `begin`. Then sends one byte four times per second.
void send_slowly(const char* client, const std::string& begin)
{
    connection c(port);
    c.send(begin);
    for (const auto start = steady::now();;) {
        if (c.readable(250)) {
            return print(client, seconds_since(start), first_bytes(c));
        }
        if (seconds_since(start) > limit) {
            return print(client, limit, "still held");
        }
        c.send("x");
    }
}

void wait_until_freed(const char* client, const connection& c, steady::time_point start = steady::now())
{
    for (;; std::this_thread::sleep_for(100ms)) {
        if (!c.held_by_server()) {
            return print(client, seconds_since(start), "freed");
        }
        if (seconds_since(start) > limit) {
            return print(client, limit, "still held");
        }
    }
}

void stalled_reader()
{
    connection c(port, 2048);
    c.send(stream_request(path + "?ms=1"));
    if (!c.readable(5000) || first_bytes(c) != "HTTP/1.1 200") {
        return print("stalled reader", 0, "the stream could not be opened");
    }
    wait_until_freed("stalled reader", c);
}

void half_open()
{
    connection c(port);
    if (!open_stream(c, path + "?ms=86400000", "\r\n\r\n")) {
        return print("silent peer", 0, "the stream could not be opened");
    }
    std::this_thread::sleep_for(500ms);
    sock_filter drop_all{.code = BPF_RET | BPF_K, .jt = 0, .jf = 0, .k = 0};
    const sock_fprog program{.len = 1, .filter = &drop_all};
    ::setsockopt(c.socket(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
    wait_until_freed("silent peer", c);
}

/// Completes one exchange and sends no further request.
void idle()
{
    connection c(port);
    c.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
    std::string received;
    auto last = steady::now();
    while (c.readable(received.empty() ? 5000 : 500)) {
        const auto more = c.receive();
        if (more.empty()) {
            return print("idle keep-alive", 0, std::string(c.end()) + " after the response");
        }
        received += more;
        last = steady::now();
    }
    wait_until_freed("idle keep-alive", c, last);
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
            return print("oversized head", seconds_since(start), first_bytes(c));
        }
    }
    print("oversized head", limit, "still read after " + std::to_string(sent / 1'000'000) + " MB");
}

void invalid_request(const char* client, const std::string& bytes)
{
    connection c(port);
    c.send(bytes);
    const auto start = steady::now();
    const bool responded = c.readable(static_cast<int>(limit * 1000));
    print(client, seconds_since(start), responded ? first_bytes(c) : "still held");
}

} // namespace

int main(int argc, char** argv)
{
    path = take_option(argc, argv, "--path", "/ticks");
    if (argc < 4) {
        fail("usage: hostile_clients [--path PATH] PORT LIMIT_S COMMAND [ARG...]");
    }
    port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    limit = std::atof(argv[2]);
    server_process server({.command = {argv + 3, argv + argc}}, port);
    std::vector<std::thread> peers;
    peers.emplace_back(send_slowly, "slow head", "GET / HTTP/1.1\r\nHost: t\r\nX: ");
    peers.emplace_back(send_slowly, "slow body", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 100000\r\n\r\n");
    peers.emplace_back(invalid_request, "TLS hello",
                       std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + std::string(506, 'z'));
    peers.emplace_back(invalid_request, "garbage", "\x7f\x01 no request\r\n\r\n");
    for (const auto peer : {idle, stalled_reader, half_open, oversized_head}) {
        peers.emplace_back(peer);
    }
    for (auto& peer : peers) {
        peer.join();
    }
    std::printf("the server %s\n", server.is_running() ? "is running" : "has ended");
    return server.is_running() ? 0 : 1;
}
