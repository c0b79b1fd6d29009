// All clients of a server vanish at once, by reset. How long until their handlers have unwound, and does the memory
// come back?
//
//     vanish [--patience SECONDS] SERVER_BINARY [STREAMS] [PORT] [TARGET] [ARG...]
//
// Starts the server (the bench contract: --port P, GET /ticks?ms=1000, or TARGET) with further arguments, opens the
// streams, waits until each has its first event, resets all of them, and watches the server's descriptors and memory
// from outside. Fails when a descriptor or more than a fiftieth of what the streams took stays behind, or when the
// server has logged anything but information.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "outside/clock.hpp"
#include "outside/server.hpp"
#include "outside/sockets.hpp"

namespace {

using namespace outside;

std::string errors(const server& of)
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

} // namespace

int main(int argc, char** argv)
{
    const std::chrono::seconds patience(std::atoi(take_option(argc, argv, "--patience", "60").c_str()));
    if (argc < 2) {
        fail("usage: vanish [--patience SECONDS] SERVER_BINARY [STREAMS] [PORT] [TARGET] [ARG...]");
    }
    const int streams = argc > 2 ? std::atoi(argv[2]) : 15'000;
    const auto port = static_cast<std::uint16_t>(argc > 3 ? std::atoi(argv[3]) : 19'100);
    const std::string target = argc > 4 ? argv[4] : "/ticks?ms=1000";
    std::vector<std::string> command{argv[1], "--port", std::to_string(port)};
    command.insert(command.end(), argv + std::min(argc, 5), argv + argc);
    raise_file_limit();
    server server({.command = command}, port);

    // The code that a first stream touches is loaded once and stays: it belongs to "before".
    if (connection first(port); !open_stream(first, target)) {
        fail("no such stream");
    }
    std::this_thread::sleep_for(200ms); // only makes the "before" figure steadier
    const auto idle_descriptors = server.descriptors();
    const auto before = server.own_memory();

    std::vector<connection> streams_there;
    for (int i = 0; i < streams; ++i) {
        streams_there.emplace_back(port, 0, i);
        streams_there.back().send(stream_request(target));
    }
    for (auto& stream : streams_there) {
        if (read_until(stream, "data:").empty()) {
            fail("a stream ended before its first event");
        }
    }
    const auto peak = server.own_memory();

    const auto start = steady::now();
    for (auto& stream : streams_there) {
        stream.reset();
    }
    const auto closed = seconds_since(start);
    while (server.descriptors() > idle_descriptors) {
        if (steady::now() - start > patience) {
            fail("streams stay behind: " + std::to_string(server.descriptors() - idle_descriptors));
        }
        std::this_thread::sleep_for(5ms);
    }
    const auto unwound = seconds_since(start);
    auto after = server.own_memory();
    const auto is_back = [&] { return (after - before) * 50 <= peak - before; };
    while (!is_back() && steady::now() - start < patience) {
        std::this_thread::sleep_for(20ms);
        after = server.own_memory();
    }
    const auto returned = seconds_since(start);
    std::printf(
        "streams %d; resets sent in %.3f s; all unwound after %.3f s; memory but for files: before %ld KiB, peak %ld "
        "KiB, after %ld KiB (%+.1f %% of what the streams took) at %.3f s\n",
        streams, closed, unwound, before, peak, after,
        100.0 * static_cast<double>(after - before) / static_cast<double>(peak - before), returned);
    if (const auto found = errors(server); !found.empty()) {
        fail("the server's log has errors:\n" + found);
    }
    return is_back() ? 0 : 1;
}
