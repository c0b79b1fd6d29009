#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// A number as SVG attributes take it: at most two decimals, none that say nothing.
std::string coordinate(double value);

/// `text` for use between tags and in attribute values (XML 1.0, 2.4).
std::string escaped(std::string_view text);

struct attribute
{
    attribute(std::string_view attribute_name, std::string_view text) : name(attribute_name), value(text) {}
    attribute(std::string_view attribute_name, const char* text) : name(attribute_name), value(text) {}
    attribute(std::string_view attribute_name, double number) : name(attribute_name), value(coordinate(number)) {}

    std::string_view name; ///< a literal
    std::string value;     ///< not escaped yet
};

using attributes = std::initializer_list<attribute>;

/// Writes HTML and SVG that is well-formed XML: what is text is escaped, and close() ends the element that was opened
/// last.
class markup
{
public:
    /// Begins an element. `name` must be a literal: it is needed again by close().
    markup& open(std::string_view name, attributes list = {});
    markup& close();

    markup& text(std::string_view text);

    /// A whole element that holds text only.
    markup& leaf(std::string_view name, std::string_view text, attributes list = {});

    /// A whole element that holds nothing: an SVG shape, or one of HTML's void elements.
    markup& empty(std::string_view name, attributes list = {});

    /// What another writer made.
    markup& raw(std::string_view written);

    /// All that was written; what is still open is closed.
    std::string take();

private:
    void begin(std::string_view name, attributes list);

    std::string out_;
    std::vector<std::string_view> open_;
};

} // namespace bench
