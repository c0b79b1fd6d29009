// Measures how many bytes a server accepts from clients that send too much, and how much its memory grows.
//
//     flood [--path PATH] PORT MIB COMMAND [ARG...]
//
// Starts the server twice. The server must provide GET PATH?ms=100 (default: /ticks). Each time 20 clients send until
// the server accepts nothing for 3 s, has closed all connections, or has accepted MIB from each client. In the first
// run the clients send a head without an end. In the second run they send further requests after the request for a
// stream. Bytes in the buffers of the kernel count as accepted. These are several MB per client if the server does not
// read. Before the 20 clients, one client does the same alone. Therefore the memory for code that is loaded once is a
// separate figure. Fails if the memory of the server has grown by more than 1 MiB in total, or if the server has ended.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <poll.h>
#include <string>
#include <vector>

#include "robustness/probe/client_connection.hpp"
#include "robustness/probe/clock.hpp"
#include "robustness/probe/server_process.hpp"

namespace {

using namespace probe;

constexpr std::size_t client_count = 20;

struct sender
{
    connection to;
    std::size_t sent = 0;
    std::string response{}; ///< the first bytes of the response
    std::size_t received = 0;
    bool ended = false;

    void read()
    {
        const auto more = to.receive();
        ended = more.empty();
        received += more.size();
        response = response.empty() ? more.substr(0, 12) : response;
    }
};

class client_group
{
public:
    client_group(server_process& server, std::size_t max) : server_(server), max_(max) {}

    void add(connection c) { all_.push_back({std::move(c)}); }

    /// All clients repeatedly send `piece`.
    void send_repeatedly(const std::string& piece)
    {
        server_.start_peak();
        const auto before = server_.peak_memory();
        for (auto progress = steady::now(); seconds_since(progress) < 3 && poll(POLLIN | POLLOUT, 10);) {
            for (std::size_t i = 0; i < polled_.size(); ++i) {
                auto& c = all_[i];
                if ((polled_[i].revents & ~POLLOUT) != 0) {
                    c.read();
                } else if ((polled_[i].revents & POLLOUT) != 0 && c.sent < max_) {
                    // Continues after the last byte of the previous send(), so that the requests stay valid.
                    const auto count = c.to.send(std::string_view(piece).substr(c.sent % piece.size()));
                    c.sent += count;
                    progress = count > 0 ? steady::now() : progress;
                }
            }
        }
        grown_ = server_.peak_memory() - before;
    }

    void print(const char* name)
    {
        std::vector<std::size_t> sent;
        std::map<std::string, int> outcomes;
        for (const auto& c : all_) {
            sent.push_back(c.sent);
            // the response of a stream can be events without a status
            const bool has_status = c.response.starts_with("HTTP/1.1 ");
            ++outcomes[(has_status ? c.response.substr(9) + ", " : "") + c.to.end()];
        }
        std::sort(sent.begin(), sent.end());
        std::printf("%-20s", name);
        for (const auto& [outcome, count] : outcomes) {
            std::printf(" %d: %s;", count, outcome.c_str());
        }
        std::printf(" sent %.2f to %.2f MiB each; memory grew by %.2f MiB in total", mib(sent.front()),
                    mib(sent.back()), mib(static_cast<std::size_t>(grown_kib()) * 1024));
        std::fflush(stdout);
    }

    /// Returns the number of clients that receive bytes within a second.
    std::size_t count_receiving()
    {
        for (auto& c : all_) {
            c.received = 0;
        }
        for (const auto start = steady::now(); seconds_since(start) < 1 && poll(POLLIN, 10);) {
            for (std::size_t i = 0; i < polled_.size(); ++i) {
                if (polled_[i].revents != 0) {
                    all_[i].read();
                }
            }
        }
        return static_cast<std::size_t>(
            std::count_if(all_.begin(), all_.end(), [](const sender& c) { return c.received > 0; }));
    }

    long grown_kib() const { return grown_; }

private:
    static double mib(std::size_t bytes) { return static_cast<double>(bytes) / (1024.0 * 1024.0); }

    /// Returns false if all connections have ended.
    bool poll(int events, int ms)
    {
        polled_.clear();
        bool any = false;
        for (const auto& c : all_) {
            const bool full = c.sent >= max_;
            polled_.push_back({.fd = c.ended ? -1 : c.to.socket(),
                               .events = static_cast<short>(full ? POLLIN : events),
                               .revents = 0});
            any = any || !c.ended;
        }
        ::poll(polled_.data(), polled_.size(), ms);
        return any;
    }

    server_process& server_;
    std::size_t max_;
    std::vector<sender> all_{};
    std::vector<pollfd> polled_{};
    long grown_ = 0;
};

connection unfinished_head(std::uint16_t port)
{
    connection c(port);
    c.send("GET / HTTP/1.1\r\nHost: t\r\nX: ");
    return c;
}

connection stream(std::uint16_t port, const std::string& target)
{
    connection c(port);
    if (!open_stream(c, target)) {
        fail("the stream could not be opened");
    }
    return c;
}

/// Runs one client alone. Then runs all clients.
template <class Begin>
bool run(const char* name, server_process& server, std::size_t max, const std::string& piece, bool streams, Begin begin)
{
    client_group first(server, max);
    first.add(begin());
    first.send_repeatedly(piece);
    client_group clients(server, max);
    for (std::size_t i = 0; i < client_count; ++i) {
        clients.add(begin());
    }
    clients.send_repeatedly(piece);
    clients.print(name);
    std::printf(", by %.2f MiB for one client before them", static_cast<double>(first.grown_kib()) / 1024);
    if (streams) {
        std::printf("; %zu streams continue", clients.count_receiving());
    }
    std::printf("\n");
    return first.grown_kib() + clients.grown_kib() <= 1024 && server.is_running();
}

bool heads(const server_options& how, std::uint16_t port, std::size_t max)
{
    server_process server(how, port);
    const std::string piece(64UL * 1024, 'x');
    return run("head without end", server, max, piece, false, [&] { return unfinished_head(port); });
}

bool requests(const server_options& how, std::uint16_t port, std::size_t max, const std::string& path)
{
    server_process server(how, port);
    const auto target = path + "?ms=100";
    std::string piece;
    while (piece.size() < 64UL * 1024) {
        piece += stream_request(target);
    }
    return run("after a stream", server, max, piece, true, [&] { return stream(port, target); });
}

} // namespace

int main(int argc, char** argv)
{
    const auto path = take_option(argc, argv, "--path", "/ticks");
    if (argc < 4) {
        fail("usage: flood [--path PATH] PORT MIB COMMAND [ARG...]");
    }
    const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    const auto max = static_cast<std::size_t>(std::atoi(argv[2])) * 1024 * 1024;
    const server_options how{.command = {argv + 3, argv + argc}};
    const bool first = heads(how, port, max);
    return requests(how, port, max, path) && first ? 0 : 1;
}
