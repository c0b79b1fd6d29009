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
    std::string_view value; ///< not escaped
};

using attributes = std::initializer_list<attribute>;

/// Writes HTML that is also well-formed XML. It escapes all text, and close() ends the element that was opened last.
class markup
{
public:
    /// Begins an element. `name` must be a literal, because close() uses it again.
    markup& open(std::string_view name, attributes list = {});
    markup& close();

    markup& text(std::string_view text);

    /// Writes an element that holds text only.
    markup& leaf(std::string_view name, std::string_view text, attributes list = {});

    /// Writes one of HTML's void elements.
    markup& empty(std::string_view name, attributes list = {});

    /// Adds markup that is already complete.
    markup& raw(std::string_view written);

    /// Closes the open elements and returns the text.
    std::string take();

private:
    void begin(std::string_view name, attributes list);

    std::string out_;
    std::vector<std::string_view> open_;
};

} // namespace bench
