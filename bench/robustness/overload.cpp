// Measures a server at a limit: its limit of open files, or its own limits of connections or streams.
//
//     overload [--path PATH] [--rounds N] [--for SECONDS] PORT files|connections|streams|retries LIMIT COMMAND [ARG...]
//
// Starts the server, which must provide GET PATH?ms=N (default: /ticks). LIMIT is the maximum number of its open files,
// or the value of MAX_CONNECTIONS or MAX_STREAMS in its environment. `retries` sets MAX_STREAMS and RETRY_EVENT. LIMIT
// + 30 clients request a stream. Prints the responses. Also prints the CPU time and the log lines of the server in the
// next seconds. Then closes a stream, and prints the time until another client has a stream. Repeats this N times. The
// other client is a waiting client. If no client waits, a new client connects every millisecond. Fails if that time
// exceeds 5 s, if the server has more than LIMIT streams, uses more than 5 % of a core, or has ended.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <poll.h>
#include <string>
#include <thread>
#include <vector>

#include "robustness/probe/client_connection.hpp"
#include "robustness/probe/clock.hpp"
#include "robustness/probe/server_process.hpp"

namespace {

using namespace probe;

constexpr int clients_over_limit = 30;

struct client
{
    connection to;
    steady::time_point asked = steady::now();
    double after = 0; ///< seconds from the request to the first byte or to the end of the connection
    std::string received{};
    bool ended = false;

    bool waits() const { return received.empty() && !ended; }
    bool has_stream() const { return received.starts_with("HTTP/1.1 200") && !ended; }

    void read()
    {
        if (waits()) {
            after = seconds_since(asked);
        }
        const auto more = to.receive();
        ended = more.empty();
        received += more;
    }

    /// Returns the number in a field of the response.
    std::optional<int> number_in(const char* field) const
    {
        const auto found = received.find(field);
        return found == received.npos ? std::nullopt
                                      : std::optional(std::atoi(received.c_str() + received.find(':', found) + 1));
    }

    std::string outcome() const
    {
        if (received.empty()) {
            return ended ? to.end() : "waiting";
        }
        return "status " + received.substr(9, 3) + (ended ? " and the end" : "");
    }
};

class client_group
{
public:
    client_group(std::uint16_t port, std::string target) : port_(port), target_(std::move(target)) {}

    void connect_one()
    {
        auto& added = all_.emplace_back(client{connection(port_)});
        added.to.send(stream_request(target_));
    }

    /// Reads responses for `seconds`, or until `enough` returns true.
    template <class F>
    void watch(double seconds, F enough)
    {
        for (const auto start = steady::now(); !enough() && seconds_since(start) < seconds;) {
            std::vector<pollfd> polled;
            for (const auto& c : all_) {
                polled.push_back({.fd = c.ended ? -1 : c.to.socket(), .events = POLLIN, .revents = 0});
            }
            ::poll(polled.data(), polled.size(), 1);
            for (std::size_t i = 0; i < polled.size(); ++i) {
                if (polled[i].revents != 0) {
                    all_[i].read();
                }
            }
        }
    }

    std::ptrdiff_t count(bool (client::*which)() const) const
    {
        return std::count_if(all_.begin(), all_.end(), [&](const client& c) { return (c.*which)(); });
    }

    /// Closes the first connection that has a stream. Returns false if no connection has a stream.
    bool close_one()
    {
        const auto found = std::find_if(all_.begin(), all_.end(), [](const client& c) { return c.has_stream(); });
        if (found == all_.end()) {
            return false;
        }
        found->to.close();
        all_.erase(found);
        return true;
    }

    void print() const
    {
        std::map<std::string, std::vector<double>> outcomes;
        for (const auto& c : all_) {
            outcomes[c.outcome()].push_back(c.after * 1e3);
        }
        std::printf("of %zu clients", all_.size());
        for (auto& [outcome, times] : outcomes) {
            std::printf("%s %zu %s", outcome == outcomes.begin()->first ? "" : ",", times.size(), outcome.c_str());
            if (outcome != "waiting") {
                std::printf(" (within %.1f ms)", *std::max_element(times.begin(), times.end()));
            }
        }
        std::printf("\n");
        print_range("Retry-After:");
        print_range("\nretry:");
    }

    /// Closes a stream. Returns the number of milliseconds until another client has a stream.
    double until_next_stream()
    {
        const auto before = count(&client::has_stream);
        const bool has_waiting = count(&client::waits) > 0;
        if (!close_one()) {
            fail("no client has a stream");
        }
        const auto start = steady::now();
        while (count(&client::has_stream) < before) {
            if (seconds_since(start) > 5) {
                fail("no client gets a stream within 5 s after another has closed");
            }
            if (!has_waiting && count(&client::waits) == 0) {
                connect_one();
            }
            watch(0.001, [&] { return count(&client::has_stream) == before; });
        }
        return seconds_since(start) * 1e3;
    }

private:
    void print_range(const char* field) const
    {
        std::vector<int> values;
        for (const auto& c : all_) {
            if (const auto value = c.number_in(field)) {
                values.push_back(*value);
            }
        }
        if (!values.empty()) {
            const auto [least, most] = std::minmax_element(values.begin(), values.end());
            std::printf("%zu have %s %d to %d\n", values.size(), field + (*field == '\n' ? 1 : 0), *least, *most);
        }
    }

    std::uint16_t port_;
    std::string target_;
    std::vector<client> all_;
};

server_options options_for(const std::string& kind, const char* limit, char** begin, char** end)
{
    server_options how{.command = {begin, end}};
    if (kind == "files") {
        how.max_open_files = static_cast<rlim_t>(std::atoi(limit));
    } else if (kind == "connections") {
        how.environment = {{"MAX_CONNECTIONS", limit}};
    } else if (kind == "streams" || kind == "retries") {
        how.environment = {{"MAX_STREAMS", limit}};
    } else {
        fail("there is no limit of " + kind);
    }
    if (kind == "retries") {
        how.environment.emplace_back("RETRY_EVENT", "1");
    }
    return how;
}

} // namespace

int main(int argc, char** argv)
{
    const auto path = take_option(argc, argv, "--path", "/ticks");
    const auto rounds = std::atoi(take_option(argc, argv, "--rounds", "5").c_str());
    const auto duration = std::atof(take_option(argc, argv, "--for", "5").c_str());
    if (argc < 5) {
        fail("usage: overload [--path PATH] [--rounds N] [--for SECONDS] PORT files|connections|streams|retries LIMIT "
             "COMMAND [ARG...]");
    }
    const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    raise_file_limit();
    server_process server(options_for(argv[2], argv[3], argv + 4, argv + argc), port);
    client_group clients(port, path + "?ms=86400000");
    for (int i = 0; i < std::atoi(argv[3]) + clients_over_limit; ++i) {
        clients.connect_one();
    }
    const auto never = [] { return false; };
    clients.watch(1.5, never);
    clients.print();
    if (clients.count(&client::has_stream) > std::atoi(argv[3])) {
        fail("the server has more streams than its limit");
    }

    const auto cpu = server.cpu_seconds();
    const auto lines = server.log_lines();
    clients.watch(duration, never);
    const auto used = (server.cpu_seconds() - cpu) / duration * 100;
    std::printf("in %.1f s: %.2f %% of a core, %zu lines logged (%zu before)\n", duration, used,
                server.log_lines() - lines, lines);
    if (used > 5) {
        fail("the server uses too much CPU time");
    }

    std::printf("next stream after");
    std::vector<double> times;
    for (int round = 0; round < rounds; ++round) {
        if (round > 0) {
            // increasing pauses, for a server that retries after increasing pauses
            clients.watch(1.2 + 0.137 * round, never);
        }
        times.push_back(clients.until_next_stream());
        std::printf(" %.1f", times.back());
        std::fflush(stdout);
    }
    std::sort(times.begin(), times.end());
    std::printf(" ms (median %.1f)\n", times[times.size() / 2]);
    return server.is_running() ? 0 : 1;
}
