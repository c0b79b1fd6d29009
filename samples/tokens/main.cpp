#include "support/command_line.hpp"
#include "tokens/app.hpp"

int main(int argc, char** argv)
{
    samples::command_line line("tokens", "Streams generated text, one word at a time, for a posted prompt");
    tokens::options options;
    int ms = 60;
    line.add_processes();
    line.add("--ms", ms, "time for one word, in ms", 1, 60'000);
    line.add("--public", options.directory, "directory of the page");
    line.add("--upstream", options.upstream, "base URL of an API like OpenAI's, e.g. http://127.0.0.1:8000/v1");
    if (const auto parsed = line.parse(argc, argv); !parsed) {
        return parsed.error();
    }
    options.period = std::chrono::milliseconds(ms);
    return line.serve([&] { return tokens::app(options); });
}
