#include "dashboard/app.hpp"
#include "dashboard/sampler.hpp"
#include "support/command_line.hpp"

int main(int argc, char** argv)
{
    samples::command_line line("dashboard", "Shows the load of this machine to any number of browsers");
    std::string directory;
    std::string proc = "/proc";
    int period = 1000;
    line.add("--ms", period, "milliseconds between two samples", 50, 60'000);
    line.add("--proc", proc, "directory of the proc file system");
    line.add("--public", directory, "directory of the page");
    if (const auto parsed = line.parse(argc, argv); !parsed) {
        return parsed.error();
    }
    const auto figures = dashboard::make_channel();
    line.server.background = {
        [&] { return dashboard::sample(figures, {.period = std::chrono::milliseconds(period), .proc = proc}); }};
    return line.serve([&] { return dashboard::app(figures, directory); });
}
