// Resets all connections of a server at once, and measures the time until the server has released their descriptors and
// their memory.
//
//     mass_disconnect [--patience SECONDS] SERVER_BINARY [STREAMS] [PORT] [TARGET] [ARG...]
//
// Starts the server with --port PORT and the other arguments. Opens the streams (GET /ticks?ms=1000, or TARGET), waits
// for the first event of each stream, and resets all connections. Observes the descriptors and the memory of the server
// from outside. Fails if a descriptor or more than 3 % of the memory of the streams remains, or if the server has
// logged a message above the level info. The C library keeps a few free blocks of each size, and each of them keeps a
// page. For any number of streams, up to 270 KiB remain for this reason.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "robustness/probe/client_connection.hpp"
#include "robustness/probe/clock.hpp"
#include "robustness/probe/server_process.hpp"

namespace {

using namespace probe;

std::string errors(const server_process& of)
{
    std::string found;
    std::istringstream log(of.log());
    for (std::string line; std::getline(log, line);) {
        if (line.find(" info ") == line.npos) {
            found += line + "\n";
        }
    }
    return found;
}

std::vector<connection> open_streams(int count, std::uint16_t port, const std::string& target)
{
    std::vector<connection> streams;
    for (int i = 0; i < count; ++i) {
        streams.emplace_back(port, 0, i);
        streams.back().send(stream_request(target));
    }
    for (auto& stream : streams) {
        if (read_until(stream, "data:").empty()) {
            fail("a stream ended before its first event");
        }
    }
    return streams;
}

/// The server before and after the disconnection. Memory is in KiB.
struct observation
{
    std::size_t idle_descriptors = 0;
    long before = 0, peak = 0, after = 0;

    bool is_released() const { return (after - before) * 100 <= (peak - before) * 3; }
};

/// Waits until the server has closed all connections. Returns the seconds since `start`.
double wait_for_descriptors(const server_process& server, const observation& seen, steady::time_point start,
                            std::chrono::seconds timeout)
{
    while (server.descriptors() > seen.idle_descriptors) {
        if (steady::now() - start > timeout) {
            fail("streams remain: " + std::to_string(server.descriptors() - seen.idle_descriptors));
        }
        std::this_thread::sleep_for(5ms);
    }
    return seconds_since(start);
}

/// Waits until the server has released the memory of the streams. Returns the seconds since `start`.
double wait_for_memory(const server_process& server, observation& seen, steady::time_point start,
                       std::chrono::seconds timeout)
{
    seen.after = server.own_memory();
    while (!seen.is_released() && steady::now() - start < timeout) {
        std::this_thread::sleep_for(20ms);
        seen.after = server.own_memory();
    }
    return seconds_since(start);
}

} // namespace

int main(int argc, char** argv)
{
    const std::chrono::seconds timeout(std::atoi(take_option(argc, argv, "--patience", "60").c_str()));
    if (argc < 2) {
        fail("usage: mass_disconnect [--patience SECONDS] SERVER_BINARY [STREAMS] [PORT] [TARGET] [ARG...]");
    }
    const int count = argc > 2 ? std::atoi(argv[2]) : 15'000;
    const auto port = static_cast<std::uint16_t>(argc > 3 ? std::atoi(argv[3]) : 19'100);
    const std::string target = argc > 4 ? argv[4] : "/ticks?ms=1000";
    std::vector<std::string> command{argv[1], "--port", std::to_string(port)};
    command.insert(command.end(), argv + std::min(argc, 5), argv + argc);
    raise_file_limit();
    server_process server({.command = command}, port);

    // The first stream loads code that stays loaded. This memory must not count for the streams.
    if (connection first(port); !open_stream(first, target)) {
        fail("the stream could not be opened");
    }
    std::this_thread::sleep_for(200ms); // reduces the variation of the first figure
    observation seen{.idle_descriptors = server.descriptors(), .before = server.own_memory()};
    auto streams = open_streams(count, port, target);
    seen.peak = server.own_memory();

    const auto start = steady::now();
    for (auto& stream : streams) {
        stream.reset();
    }
    const auto closed = seconds_since(start);
    const auto ended = wait_for_descriptors(server, seen, start, timeout);
    const auto released = wait_for_memory(server, seen, start, timeout);
    std::printf(
        "streams %d; resets sent in %.3f s; all streams ended after %.3f s; memory without files: before %ld KiB, peak "
        "%ld KiB, after %ld KiB (%+.1f %% of the memory of the streams) at %.3f s\n",
        count, closed, ended, seen.before, seen.peak, seen.after,
        100.0 * static_cast<double>(seen.after - seen.before) / static_cast<double>(seen.peak - seen.before), released);
    if (const auto found = errors(server); !found.empty()) {
        fail("the server's log has errors:\n" + found);
    }
    return seen.is_released() ? 0 : 1;
}
