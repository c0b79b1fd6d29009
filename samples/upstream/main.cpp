#include <cstdio>

#include "support/command_line.hpp"
#include "upstream/app.hpp"

int main(int argc, char** argv)
{
    samples::command_line line("upstream", "Answers with the help of another HTTP server, and of a thread pool");
    upstream::options options;
    std::string server = options.server.authority();
    int ms = static_cast<int>(options.deadline.count());
    line.add_processes();
    line.add("--upstream", server, "the other server, HOST:PORT or http://HOST:PORT");
    line.add("--events", options.events, "path of its stream of events");
    line.add("--deadline-ms", ms, "maximum time until it answers, in ms", 1, 3'600'000);
    if (const auto parsed = line.parse(argc, argv); !parsed) {
        return parsed.error();
    }
    const auto address = upstream::parse_address(server);
    if (!address) {
        std::fprintf(stderr, "upstream: --upstream: %s\n", address.error().c_str());
        return 1;
    }
    options.server = *address;
    options.deadline = std::chrono::milliseconds(ms);
    return line.serve([&] { return upstream::app(options); });
}
