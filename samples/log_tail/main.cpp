#include "log_tail/app.hpp"
#include "support/command_line.hpp"

int main(int argc, char** argv)
{
    samples::command_line line("log_tail", "Streams the lines that are appended to a file");
    log_tail::options options;
    line.add_processes();
    line.add("FILE", options.file, "the log; it may be created later");
    line.add("--public", options.directory, "directory of the page");
    if (const auto parsed = line.parse(argc, argv); !parsed) {
        return parsed.error();
    }
    return line.serve([&] { return log_tail::app(options); });
}
