#include "support/command_line.hpp"
#include "ticker/app.hpp"

int main(int argc, char** argv)
{
    samples::command_line line("ticker", "Streams the time to any number of browsers");
    std::string directory;
    line.add_processes();
    line.add("--public", directory, "directory of the page");
    if (const auto parsed = line.parse(argc, argv); !parsed) {
        return parsed.error();
    }
    return line.serve([&] { return ticker::app(directory); });
}
