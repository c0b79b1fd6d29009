#include "hello/app.hpp"
#include "support/command_line.hpp"

int main(int argc, char** argv)
{
    samples::command_line line("hello", "The smallest rill server");
    line.add_processes();
    if (const auto parsed = line.parse(argc, argv); !parsed) {
        return parsed.error();
    }
    return line.serve(hello::app);
}
