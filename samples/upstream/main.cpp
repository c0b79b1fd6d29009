#include <cstdio>

#include "support/command_line.hpp"
#include "upstream/app.hpp"

int main(int argc, char** argv)
{
    samples::command_line line("upstream", "Uses another HTTP server and a thread pool to answer requests");
    upstream::options options;
    std::string server = options.server.authority();
    int ms = static_cast<int>(options.deadline.count());
    line.add_processes();
    line.add("--upstream", server, "address of the other server, HOST:PORT or http://HOST:PORT");
    line.add("--events", options.events, "path of the event stream of the other server");
    line.add("--deadline-ms", ms, "maximum time until the other server answers, in ms", 1, 3'600'000);
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
