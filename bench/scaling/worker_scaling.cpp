// Measures how many events per second a server sends with one worker and with several workers.
//
//     worker_scaling [--rounds N] [--streams N] [--topics N] [--events N] [--workers N] [--min RATIO] PORT
//     SERVER_BINARY
//
// The server is stream_server. In each round, this program starts it with --threads 1, and then with --threads N. It
// opens the streams, which are evenly distributed over the topics of a hub. Then it publishes the events of all topics
// in turn, and does not read the streams: the buffers of the kernel hold all events. Therefore only the server uses CPU
// time, and the figure is not limited by the client. The measured time ends when the last topic has its last event at
// all of its streams. Afterwards this program reads all streams, and fails if one of them does not have all events.
// Prints the medians, and fails if the ratio of the rates is below --min.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <thread>
#include <vector>

#include "harness/comparison/summary.hpp"
#include "robustness/probe/client_connection.hpp"
#include "robustness/probe/clock.hpp"
#include "robustness/probe/server_process.hpp"

namespace {

using namespace probe;

constexpr std::string_view token = "sesame";
constexpr auto patience = 60s;

struct load
{
    int streams = 0, topics = 0;
    int events = 0; ///< of each topic
    std::uint16_t port = 0;
    const char* server = nullptr;

    double sends() const { return static_cast<double>(streams) * events; }
};

struct figures
{
    double seconds = 0;
    double cpu = 0; ///< CPU time of the server, s
};

std::string path_of(int topic)
{
    return "/hub/t" + std::to_string(topic);
}

std::string publish_request(int topic)
{
    constexpr std::string_view body = "an event of sixty-four bytes, which is the size of a short message";
    return "POST " + path_of(topic) + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + std::string(token) +
           "\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
}

std::vector<connection> open_streams(const load& l)
{
    std::vector<connection> streams;
    for (int i = 0; i < l.streams; ++i) {
        streams.emplace_back(l.port, 0, i);
        streams.back().send(stream_request(path_of(i % l.topics)));
    }
    for (auto& stream : streams) {
        if (read_until(stream, "\r\n\r\n").find(" 200 ") == std::string::npos) {
            fail("a stream was refused");
        }
    }
    return streams;
}

int unread(const connection& stream)
{
    int bytes = 0;
    return ::ioctl(stream.socket(), FIONREAD, &bytes) == 0 ? bytes : 0;
}

/// Publishes events of all topics in turn over one connection. The server reads the next requests while it answers the
/// first ones.
void publish(const load& l, int events_per_topic)
{
    const auto count = static_cast<std::size_t>(l.topics) * static_cast<std::size_t>(events_per_topic);
    connection publisher(l.port);
    std::string requests;
    for (std::size_t i = 0; i < count; ++i) {
        requests += publish_request(static_cast<int>(i % static_cast<std::size_t>(l.topics)));
    }
    std::size_t answers = 0;
    const auto start = steady::now();
    for (std::string_view rest = requests; answers < count;) {
        rest.remove_prefix(rest.empty() ? 0 : publisher.send(rest));
        while (publisher.readable(1)) {
            const auto got = publisher.receive();
            if (got.empty() || got.find("HTTP/1.1 4") != std::string::npos || steady::now() - start > patience) {
                fail("publishing failed: " + got.substr(0, 200));
            }
            for (auto at = got.find("HTTP/1.1 2"); at != std::string::npos; at = got.find("HTTP/1.1 2", at + 1)) {
                ++answers;
            }
        }
    }
}

std::size_t count_events(connection& stream)
{
    std::string all;
    while (stream.readable(0)) {
        const auto more = stream.receive();
        if (more.empty()) {
            fail("a stream has ended");
        }
        all += more;
    }
    std::size_t found = 0;
    for (auto at = all.find("data:"); at != std::string::npos; at = all.find("data:", at + 1)) {
        ++found;
    }
    return found;
}

/// Publishes two events of each topic, so that all streams are ready and their memory is allocated.
/// @return the bytes of an event; all events have the same size, because ids have the same number of digits
int warm_up(const load& l, std::vector<connection>& streams)
{
    publish(l, 1);
    for (auto& stream : streams) {
        if (read_until(stream, "data:").empty()) {
            fail("a stream did not get the first event");
        }
    }
    publish(l, 1);
    int size = 0;
    for (auto& stream : streams) {
        if (!stream.readable(10'000)) {
            fail("a stream did not get the second event");
        }
        size = unread(stream);
        stream.receive();
    }
    return size;
}

/// Waits until all streams of the last topic have this number of unread bytes.
void wait_for_last_topic(const load& l, const std::vector<connection>& streams, int bytes)
{
    const auto start = steady::now();
    const auto step = static_cast<std::size_t>(l.topics);
    for (auto i = step - 1; i < streams.size(); i += step) {
        while (unread(streams[i]) < bytes) {
            if (steady::now() - start > patience) {
                fail("the last events did not arrive");
            }
            std::this_thread::sleep_for(1ms);
        }
    }
}

figures measure(const load& l, int workers)
{
    server_process server({.command = {l.server, "--port", std::to_string(l.port), "--threads", std::to_string(workers),
                                       "--publish-token", std::string(token)}},
                          l.port);
    auto streams = open_streams(l);
    const auto size = warm_up(l, streams);
    std::this_thread::sleep_for(200ms); // the server becomes idle
    const auto cpu = server.cpu_seconds();
    const auto start = steady::now();
    std::thread publisher([&] { publish(l, l.events); });
    wait_for_last_topic(l, streams, l.events * size);
    const figures result{.seconds = seconds_since(start), .cpu = server.cpu_seconds() - cpu};
    publisher.join();
    for (auto& stream : streams) {
        if (const auto found = count_events(stream); found != static_cast<std::size_t>(l.events)) {
            fail("a stream has " + std::to_string(found) + " events of " + std::to_string(l.events));
        }
    }
    return result;
}

int number(int& argc, char** argv, std::string_view name, const char* default_value)
{
    const auto value = std::atoi(take_option(argc, argv, name, default_value).c_str());
    if (value < 1) {
        fail(std::string(name) + " must be at least 1");
    }
    return value;
}

} // namespace

int main(int argc, char** argv)
{
    const auto rounds = number(argc, argv, "--rounds", "5");
    load l{.streams = number(argc, argv, "--streams", "4000"),
           .topics = number(argc, argv, "--topics", "40"),
           .events = number(argc, argv, "--events", "50")};
    const auto workers = number(argc, argv, "--workers", "2");
    const auto min_ratio = std::atof(take_option(argc, argv, "--min", "0").c_str());
    if (argc != 3 || l.streams < l.topics) {
        fail("usage: worker_scaling [--rounds N] [--streams N] [--topics N] [--events N] [--workers N] [--min RATIO] "
             "PORT SERVER_BINARY");
    }
    l.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    l.server = argv[2];
    raise_file_limit();

    std::vector<double> faster, costlier;
    for (int round = 1; round <= rounds; ++round) {
        const auto one = measure(l, 1);
        const auto several = measure(l, workers);
        faster.push_back(one.seconds / several.seconds);
        costlier.push_back(several.cpu / one.cpu);
        std::printf(
            "round %d: 1 worker %.0f events/s, %.2f us of CPU time per event; %d workers %.0f events/s, %.2f us; "
            "rate x%.2f\n",
            round, l.sends() / one.seconds, one.cpu / l.sends() * 1e6, workers, l.sends() / several.seconds,
            several.cpu / l.sends() * 1e6, faster.back());
        std::fflush(stdout);
    }
    std::printf("median of %d rounds: %d workers send %.2f times the events of one worker per second, and use %.2f "
                "times its CPU time per event\n",
                rounds, workers, bench::median_of(faster), bench::median_of(costlier));
    return bench::median_of(faster) >= min_ratio ? 0 : 1;
}
