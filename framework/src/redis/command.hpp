#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace rill::redis::detail {

/// Appends commands in the protocol RESP2 to a text. Does no I/O.
class command_writer
{
public:
    /// Begins a command with this number of words. The words must follow.
    void begin(std::size_t words);
    void word(std::string_view text);
    void word(std::uint64_t number) { word(std::to_string(number)); }
    /// Appends words that another writer has encoded.
    void raw(std::string_view words) { text_.append(words); }
    /// Appends a whole command.
    void command(std::initializer_list<std::string_view> words);

    std::size_t commands() const noexcept { return commands_; }
    const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
    std::size_t commands_ = 0;
};

} // namespace rill::redis::detail
