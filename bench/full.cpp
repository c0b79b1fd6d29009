// What a server does when there is no place: for want of descriptors, or by a limit of its own.
//
//     full [--path PATH] [--rounds N] [--for SECONDS] PORT files|connections|streams|retries LIMIT COMMAND [ARG...]
//
// Starts the server (the bench contract: GET PATH?ms=N, /ticks unless said otherwise) with LIMIT: of its open files, or
// by MAX_CONNECTIONS, MAX_STREAMS in its environment; with `retries`, a limit of streams, by MAX_STREAMS and
// RETRY_EVENT. LIMIT + 30 clients ask for a stream. What do they see; what does the server use and log in the next
// seconds; and when one that has a stream leaves, N times, how long until another has one: of those that wait or, if
// none does, one that comes every millisecond? Fails when that is not within 5 s, when the server has more streams than
// LIMIT, uses more than 5 % of a core or has ended.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <poll.h>
#include <string>
#include <thread>
#include <vector>

#include "outside/clock.hpp"
#include "outside/server.hpp"
#include "outside/sockets.hpp"

namespace {

using namespace outside;

constexpr int too_many = 30;

struct client
{
    connection to;
    steady::time_point asked = steady::now();
    double after = 0; ///< seconds from the request to the first byte or the end
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

    /// What it was told to wait, in that field's unit.
    std::optional<int> told(const char* field) const
    {
        const auto found = received.find(field);
        return found == received.npos ? std::nullopt
                                      : std::optional(std::atoi(received.c_str() + received.find(':', found) + 1));
    }

    std::string outcome() const
    {
        if (received.empty()) {
            return ended ? to.end() : "waits";
        }
        return "answered " + received.substr(9, 3) + (ended ? " and the end" : "");
    }
};

class crowd
{
public:
    crowd(std::uint16_t port, std::string target) : port_(port), target_(std::move(target)) {}

    void come()
    {
        auto& added = all_.emplace_back(client{connection(port_)});
        added.to.send(stream_request(target_));
    }

    /// Reads what comes in that time; until `enough`, if that is sooner.
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

    /// The first that has a stream leaves; false if there is none.
    bool leave()
    {
        const auto found = std::find_if(all_.begin(), all_.end(), [](const client& c) { return c.has_stream(); });
        if (found == all_.end()) {
            return false;
        }
        found->to.close();
        all_.erase(found);
        return true;
    }

    void tell() const
    {
        std::map<std::string, std::vector<double>> outcomes;
        for (const auto& c : all_) {
            outcomes[c.outcome()].push_back(c.after * 1e3);
        }
        std::printf("of %zu clients", all_.size());
        for (auto& [what, times] : outcomes) {
            std::printf("%s %zu %s", what == outcomes.begin()->first ? "" : ",", times.size(), what.c_str());
            if (what != "waits") {
                std::printf(" (within %.1f ms)", *std::max_element(times.begin(), times.end()));
            }
        }
        std::printf("\n");
        tell_range("Retry-After:");
        tell_range("\nretry:");
    }

    /// Milliseconds until one more has a stream.
    double until_served_again()
    {
        const auto before = count(&client::has_stream);
        const bool somebody_waits = count(&client::waits) > 0;
        if (!leave()) {
            fail("nobody has a stream");
        }
        const auto start = steady::now();
        while (count(&client::has_stream) < before) {
            if (seconds_since(start) > 5) {
                fail("nobody is served within 5 s after one has left");
            }
            if (!somebody_waits && count(&client::waits) == 0) {
                come();
            }
            watch(0.001, [&] { return count(&client::has_stream) == before; });
        }
        return seconds_since(start) * 1e3;
    }

private:
    void tell_range(const char* field) const
    {
        std::vector<int> values;
        for (const auto& c : all_) {
            if (const auto value = c.told(field)) {
                values.push_back(*value);
            }
        }
        if (!values.empty()) {
            const auto [least, most] = std::minmax_element(values.begin(), values.end());
            std::printf("%zu are told %s %d to %d\n", values.size(), field + (*field == '\n' ? 1 : 0), *least, *most);
        }
    }

    std::uint16_t port_;
    std::string target_;
    std::vector<client> all_;
};

server_settings settings(const std::string& kind, const char* most, char** begin, char** end)
{
    server_settings how{.command = {begin, end}};
    if (kind == "files") {
        how.files = static_cast<rlim_t>(std::atoi(most));
    } else if (kind == "connections") {
        how.environment = {{"MAX_CONNECTIONS", most}};
    } else if (kind == "streams" || kind == "retries") {
        how.environment = {{"MAX_STREAMS", most}};
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
        fail("usage: full [--path PATH] [--rounds N] [--for SECONDS] PORT files|connections|streams|retries LIMIT "
             "COMMAND [ARG...]");
    }
    const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    raise_file_limit();
    server server(settings(argv[2], argv[3], argv + 4, argv + argc), port);
    crowd clients(port, path + "?ms=86400000");
    for (int i = 0; i < std::atoi(argv[3]) + too_many; ++i) {
        clients.come();
    }
    const auto never = [] { return false; };
    clients.watch(1.5, never);
    clients.tell();
    if (clients.count(&client::has_stream) > std::atoi(argv[3])) {
        fail("there are more streams than that");
    }

    const auto cpu = server.cpu_seconds();
    const auto lines = server.log_lines();
    clients.watch(duration, never);
    const auto used = (server.cpu_seconds() - cpu) / duration * 100;
    std::printf("in %.1f s: %.2f %% of CPU, %zu lines logged (%zu before)\n", duration, used,
                server.log_lines() - lines, lines);
    if (used > 5) {
        fail("that is too much");
    }

    std::printf("served again after");
    std::vector<double> times;
    for (int round = 0; round < rounds; ++round) {
        if (round > 0) {
            clients.watch(1.2 + 0.137 * round, never); // a server that waits longer each time does so again
        }
        times.push_back(clients.until_served_again());
        std::printf(" %.1f", times.back());
        std::fflush(stdout);
    }
    std::sort(times.begin(), times.end());
    std::printf(" ms (median %.1f)\n", times[times.size() / 2]);
    return server.lives() ? 0 : 1;
}
