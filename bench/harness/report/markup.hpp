#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// Escapes text for use between tags and in attribute values (XML 1.0, section 2.4).
std::string escaped(std::string_view text);

struct attribute
{
    std::string_view name;
    std::string_view value; ///< text without escapes
};

using attributes = std::initializer_list<attribute>;

/// Writes HTML that is also well-formed XML. Escapes all text. close() ends the element that was opened last.
class markup
{
public:
    /// Begins an element. `name` must be a literal, because close() uses it again.
    markup& open(std::string_view name, attributes list = {});
    markup& close();

    markup& text(std::string_view text);

    /// Writes an element that contains only text.
    markup& leaf(std::string_view name, std::string_view text, attributes list = {});

    /// Writes a void element of HTML.
    markup& empty(std::string_view name, attributes list = {});

    /// Adds complete markup without escaping it.
    markup& raw(std::string_view written);

    /// Closes all open elements and returns the text.
    std::string take();

private:
    void begin(std::string_view name, attributes list);

    std::string out_;
    std::vector<std::string_view> open_;
};

} // namespace bench
