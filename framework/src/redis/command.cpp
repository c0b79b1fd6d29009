#include "redis/command.hpp"

namespace rill::redis::detail {

void command_writer::begin(std::size_t words)
{
    text_.append("*").append(std::to_string(words)).append("\r\n");
    ++commands_;
}

void command_writer::word(std::string_view text)
{
    text_.append("$").append(std::to_string(text.size())).append("\r\n").append(text).append("\r\n");
}

void command_writer::command(std::initializer_list<std::string_view> words)
{
    begin(words.size());
    for (const auto text : words) {
        word(text);
    }
}

} // namespace rill::redis::detail
