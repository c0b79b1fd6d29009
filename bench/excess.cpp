// What a server takes from clients that send more than it can use, and how it grows by that.
//
//     excess [--path PATH] PORT MIB COMMAND [ARG...]
//
// Starts the server (the bench contract: GET PATH?ms=100, /ticks unless said otherwise) twice; each time 20 clients
// send until it takes nothing for 3 s, has closed all of them, or has taken MIB of each: first one head without an end,
// then requests behind a stream. What the kernel has room for counts as taken: some MB for each client, if the server
// never reads. Before them one client does the same alone: the code that it touches is loaded once and stays, which is
// told apart. Fails when the server has grown by more than 1 MiB in all or has ended.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <poll.h>
#include <string>
#include <vector>

#include "outside/clock.hpp"
#include "outside/server.hpp"
#include "outside/sockets.hpp"

namespace {

using namespace outside;

constexpr std::size_t client_count = 20;

struct sender
{
    connection to;
    std::size_t sent = 0;
    std::string answer{}; ///< the begin of what came since
    std::size_t received = 0;
    bool ended = false;

    void read()
    {
        const auto more = to.receive();
        ended = more.empty();
        received += more.size();
        answer = answer.empty() ? more.substr(0, 12) : answer;
    }
};

class crowd
{
public:
    crowd(server& of, std::size_t most) : server_(of), most_(most) {}

    void add(connection c) { all_.push_back({std::move(c)}); }

    /// Everybody sends `piece` again and again.
    void press(const std::string& piece)
    {
        server_.start_peak();
        const auto before = server_.peak_memory();
        for (auto progress = steady::now(); seconds_since(progress) < 3 && poll(POLLIN | POLLOUT, 10);) {
            for (std::size_t i = 0; i < polled_.size(); ++i) {
                auto& c = all_[i];
                if ((polled_[i].revents & ~POLLOUT) != 0) {
                    c.read();
                } else if ((polled_[i].revents & POLLOUT) != 0 && c.sent < most_) {
                    // Where the last one was cut, lest it sees another request than was meant.
                    const auto count = c.to.send(std::string_view(piece).substr(c.sent % piece.size()));
                    c.sent += count;
                    progress = count > 0 ? steady::now() : progress;
                }
            }
        }
        grown_ = server_.peak_memory() - before;
    }

    void tell(const char* what)
    {
        std::vector<std::size_t> sent;
        std::map<std::string, int> outcomes;
        for (const auto& c : all_) {
            sent.push_back(c.sent);
            const bool answered = c.answer.starts_with("HTTP/1.1 "); // of a stream there may be events
            ++outcomes[(answered ? c.answer.substr(9) + ", " : "") + c.to.end()];
        }
        std::sort(sent.begin(), sent.end());
        std::printf("%-20s", what);
        for (const auto& [outcome, count] : outcomes) {
            std::printf(" %d: %s;", count, outcome.c_str());
        }
        std::printf(" sent %.2f to %.2f MiB each; grown by %.2f MiB in all", mib(sent.front()), mib(sent.back()),
                    mib(static_cast<std::size_t>(grown_kib()) * 1024));
        std::fflush(stdout);
    }

    /// How many get something in a second.
    std::size_t delivering()
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

    /// False when all connections have ended.
    bool poll(int events, int ms)
    {
        polled_.clear();
        bool any = false;
        for (const auto& c : all_) {
            const bool full = c.sent >= most_;
            polled_.push_back({.fd = c.ended ? -1 : c.to.socket(),
                               .events = static_cast<short>(full ? POLLIN : events),
                               .revents = 0});
            any = any || !c.ended;
        }
        ::poll(polled_.data(), polled_.size(), ms);
        return any;
    }

    server& server_;
    std::size_t most_;
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
        fail("no such stream");
    }
    return c;
}

/// One alone, and then the 20.
template <class Begin>
bool run(const char* what, server& of, std::size_t most, const std::string& piece, bool streams, Begin begin)
{
    crowd first(of, most);
    first.add(begin());
    first.press(piece);
    crowd clients(of, most);
    for (std::size_t i = 0; i < client_count; ++i) {
        clients.add(begin());
    }
    clients.press(piece);
    clients.tell(what);
    std::printf(", by %.2f MiB for one before them", static_cast<double>(first.grown_kib()) / 1024);
    if (streams) {
        std::printf("; %zu streams go on", clients.delivering());
    }
    std::printf("\n");
    return first.grown_kib() + clients.grown_kib() <= 1024 && of.lives();
}

bool heads(const server_settings& how, std::uint16_t port, std::size_t most)
{
    server server(how, port);
    const std::string piece(64UL * 1024, 'x');
    return run("head without end", server, most, piece, false, [&] { return unfinished_head(port); });
}

bool requests(const server_settings& how, std::uint16_t port, std::size_t most, const std::string& path)
{
    server server(how, port);
    const auto target = path + "?ms=100";
    std::string piece;
    while (piece.size() < 64UL * 1024) {
        piece += stream_request(target);
    }
    return run("behind a stream", server, most, piece, true, [&] { return stream(port, target); });
}

} // namespace

int main(int argc, char** argv)
{
    const auto path = take_option(argc, argv, "--path", "/ticks");
    if (argc < 4) {
        fail("usage: excess [--path PATH] PORT MIB COMMAND [ARG...]");
    }
    const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    const auto most = static_cast<std::size_t>(std::atoi(argv[2])) * 1024 * 1024;
    const server_settings how{.command = {argv + 3, argv + argc}};
    const bool first = heads(how, port, most);
    return requests(how, port, most, path) && first ? 0 : 1;
}
