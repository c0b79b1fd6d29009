// Measures what the clients of a server see during its shutdown.
//
//     graceful_shutdown [--path PATH] [--post PATH] [--streams N] [--stop COMMAND] PORT LIMIT_S COMMAND [ARG...]
//
// Starts the server, which must provide GET PATH?ms=1000 (default: /ticks). Opens N streams (default: 1000). Sends half
// of the head of one request, and half of the body of another request to the --post path. Then sends SIGTERM to the
// server, or runs the --stop command in a shell. Completes the two requests 50 ms later. Prints the responses and the
// time from which the server refuses connections. Also prints when and how the streams end, and how the server ends. A
// complete chunked response has a last chunk. Fails if a response is not complete, or if the server does not exit with
// 0 within LIMIT_S seconds.

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <vector>

#include "robustness/probe/client_connection.hpp"
#include "robustness/probe/clock.hpp"
#include "robustness/probe/server_process.hpp"

namespace {

using namespace probe;

struct stream
{
    connection to;
    std::string tail = "\r\n"; ///< the last bytes that were received
    double ended = -1;         ///< seconds after the signal

    void read(double now)
    {
        const auto more = to.receive();
        if (more.empty()) {
            ended = now;
            to.close();
        }
        tail += more;
        tail.erase(0, tail.size() - std::min<std::size_t>(tail.size(), 64));
    }
    bool has_last_chunk() const { return tail.ends_with("\r\n0\r\n\r\n"); }
};

/// A request whose second half is sent after the signal.
struct split_request
{
    const char* name;
    std::string second;
    connection to;
    std::string received{};
    double done = -1;

    void read(double now)
    {
        const auto more = to.receive();
        done = more.empty() || done < 0 ? now : done;
        received += more;
        if (more.empty()) {
            to.close();
        }
    }

    bool has_response() const { return received.starts_with("HTTP/1.1 "); }

    void print() const
    {
        std::printf("%-16s %s after %.3f s\n", name, has_response() ? received.substr(9, 3).c_str() : to.end(), done);
    }
};

class shutdown_run
{
public:
    shutdown_run(server_process& of, std::uint16_t port, const std::string& target, const std::string& post,
                 int streams)
        : server_(of), port_(port)
    {
        for (int i = 0; i < streams; ++i) {
            streams_.push_back({connection(port)});
            streams_.back().to.send(stream_request(target));
        }
        for (auto& s : streams_) {
            if (read_until(s.to, "data:").empty()) {
                fail("the stream could not be opened");
            }
        }
        halves_.push_back({"half a head", "X: y\r\n\r\n", connection(port)});
        halves_.back().to.send("GET / HTTP/1.1\r\nHost: t\r\nConnection: close\r\n");
        halves_.push_back({"half a body", "second", connection(port)});
        halves_.back().to.send("POST " + post +
                               " HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Length: 11\r\n\r\nfirst");
        std::this_thread::sleep_for(200ms); // gives the server time to read them
        for (auto& half : halves_) {
            if (half.to.readable(0)) {
                std::printf("%-16s has a response without the second half\n", half.name);
                half.second.clear();
            }
        }
    }

    void run(double limit)
    {
        start_ = steady::now();
        bool completed = false;
        double probed = 0;
        while (server_.is_running() && now() < limit) {
            step(10);
            if (!completed && now() > 0.05) {
                completed = true;
                for (const auto& half : halves_) {
                    half.to.send(half.second);
                }
            }
            if (refused_ < 0 && now() > probed + 0.01) {
                probed = now();
                refused_ = connection(port_).is_open() ? -1 : probed;
            }
        }
        exited_ = server_.is_running() ? -1 : now();
        while (step(0)) {
        }
    }

    /// Prints the results. Returns whether all responses are complete and the server has exited with 0.
    bool print() const
    {
        bool good = true;
        for (const auto& half : halves_) {
            half.print();
            good = good && half.has_response();
        }
        std::vector<double> times;
        std::size_t ends = 0, resets = 0;
        for (const auto& s : streams_) {
            ends += s.has_last_chunk() ? 1 : 0;
            resets += s.to.end() == std::string("reset") ? 1 : 0;
            if (s.ended >= 0) {
                times.push_back(s.ended);
            }
        }
        std::printf("%-16s %zu ended, %zu of them with a last chunk, %zu reset", "streams", times.size(), ends, resets);
        if (!times.empty()) {
            const auto [first, last] = std::minmax_element(times.begin(), times.end());
            std::printf("; after %.3f to %.3f s; the last bytes of one: %s", *first, *last,
                        shown(streams_[0].tail).c_str());
        }
        std::printf("\n%-16s ", "new connections");
        std::printf(refused_ < 0 ? "were always accepted\n" : "refused after %.3f s\n", refused_);
        return print_exit() && good && ends == streams_.size();
    }

private:
    double now() const { return seconds_since(start_); }

    /// Returns false if there was nothing to read.
    bool step(int ms)
    {
        std::vector<pollfd> polled;
        for (const auto& s : streams_) {
            polled.push_back({.fd = s.to.socket(), .events = POLLIN, .revents = 0});
        }
        for (const auto& half : halves_) {
            polled.push_back({.fd = half.to.socket(), .events = POLLIN, .revents = 0});
        }
        const bool any = ::poll(polled.data(), polled.size(), ms) > 0;
        for (std::size_t i = 0; i < polled.size(); ++i) {
            if (polled[i].revents != 0 && i < streams_.size()) {
                streams_[i].read(now());
            } else if (polled[i].revents != 0) {
                halves_[i - streams_.size()].read(now());
            }
        }
        return any;
    }

    static std::string shown(const std::string& tail)
    {
        std::string text;
        for (const char c : tail.substr(tail.size() - std::min<std::size_t>(tail.size(), 24))) {
            text += c == '\r' ? "\\r" : c == '\n' ? "\\n" : std::string(1, c);
        }
        return text;
    }

    bool print_exit() const
    {
        const int status = server_.status();
        std::printf("%-16s ", "the server");
        if (exited_ < 0) {
            std::printf("has not ended\n");
        } else if (WIFSIGNALED(status)) {
            std::printf("was ended by signal %d after %.3f s\n", WTERMSIG(status), exited_);
        } else {
            std::printf("exited with %d after %.3f s\n", WEXITSTATUS(status), exited_);
        }
        return exited_ >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }

    server_process& server_;
    std::uint16_t port_;
    std::vector<stream> streams_{};
    std::vector<split_request> halves_{};
    steady::time_point start_{};
    double refused_ = -1, exited_ = -1;
};

} // namespace

int main(int argc, char** argv)
{
    const auto path = take_option(argc, argv, "--path", "/ticks");
    const auto post = take_option(argc, argv, "--post", "/");
    const auto streams = std::atoi(take_option(argc, argv, "--streams", "1000").c_str());
    const auto stop = take_option(argc, argv, "--stop", "");
    if (argc < 4) {
        fail("usage: graceful_shutdown [--path PATH] [--post PATH] [--streams N] [--stop COMMAND] PORT LIMIT_S COMMAND "
             "[ARG...]");
    }
    const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    raise_file_limit();
    server_process server({.command = {argv + 3, argv + argc}}, port);
    shutdown_run shutdown(server, port, path + "?ms=1000", post, streams);
    if (stop.empty()) {
        ::kill(server.pid(), SIGTERM);
    } else if (std::system(stop.c_str()) != 0) {
        fail(stop + " failed");
    }
    shutdown.run(std::atof(argv[2]));
    return shutdown.print() ? 0 : 1;
}
