#pragma once

#include <string>
#include <string_view>

namespace rill_test {

/// Calls the function with each complete line, without its line break, and removes the line from the text. An
/// incomplete last line remains in the text.
template <class F>
void take_lines(std::string& text, const F& on_line)
{
    std::size_t begin = 0;
    for (auto end = text.find('\n'); end != text.npos; end = text.find('\n', begin)) {
        on_line(std::string_view(text).substr(begin, end - begin));
        begin = end + 1;
    }
    text.erase(0, begin);
}

} // namespace rill_test
