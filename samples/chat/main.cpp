#include "chat/app.hpp"
#include "support/command_line.hpp"

int main(int argc, char** argv)
{
    samples::command_line line("chat", "Chat rooms");
    chat::options options;
    line.add("--token", options.token, "lets POST /topics/rooms/ROOM publish, with Authorization: Bearer TOKEN");
    line.add("--public", options.directory, "directory of the page");
    if (const auto parsed = line.parse(argc, argv); !parsed) {
        return parsed.error();
    }
    return line.serve([&] { return chat::app(options); });
}
