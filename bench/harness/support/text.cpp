#include "harness/support/text.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <cstdio>

namespace bench {

namespace {

std::string with_decimals(double number, int decimals)
{
    std::array<char, 400> buffer;
    const int size = std::snprintf(buffer.data(), buffer.size(), "%.*f", decimals, number);
    return {buffer.data(), static_cast<std::size_t>(size)};
}

} // namespace

std::string grouped(std::uint64_t number)
{
    auto text = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
        text.insert(static_cast<std::size_t>(at), 1, ',');
    }
    return text;
}

std::string fixed(double number, int digits)
{
    auto text = with_decimals(number, digits);
    if (text.find('.') != text.npos) {
        text.erase(text.find_last_not_of('0') + 1);
        if (text.ends_with('.')) {
            text.pop_back();
        }
    }
    return text == "-0" ? "0" : text;
}

std::string right_aligned(const std::string& text, std::size_t width)
{
    return std::string(width - std::min(width, text.size()), ' ') + text;
}

void replace_all(std::string& text, std::string_view placeholder, std::string_view value)
{
    for (auto at = text.find(placeholder); at != text.npos; at = text.find(placeholder, at + value.size())) {
        text.replace(at, placeholder.size(), value);
    }
}

std::string readable(double value)
{
    const double size = std::abs(value);
    if (size >= 99.95) {
        return (value < 0 ? "-" : "") + grouped(static_cast<std::uint64_t>(std::llround(size)));
    }
    // Uses three significant digits, or two if the first decimals are zeros.
    const int decimals = size >= 9.995 ? 1 : size >= 0.0995 || size < 0.00005 ? 2 : size >= 0.00995 ? 3 : 4;
    return with_decimals(value, decimals);
}

std::string compact(double value)
{
    return value >= 999'999.5 ? fixed(value / 1e6, 4) + "M"
           : value >= 999.5   ? fixed(value / 1e3, 4) + "k"
                              : fixed(value, 4);
}

std::string to_json_text(const boost::json::value& value)
{
    std::string text;
    if (const auto* number = value.if_double()) {
        return std::isfinite(*number) ? fixed(*number, 6) : "null";
    }
    if (const auto* array = value.if_array()) {
        for (const auto& item : *array) {
            text += (text.empty() ? "" : ",") + to_json_text(item);
        }
        return "[" + text + "]";
    }
    if (const auto* object = value.if_object()) {
        for (const auto& [key, item] : *object) {
            text += (text.empty() ? "" : ",") + boost::json::serialize(key) + ":" + to_json_text(item);
        }
        return "{" + text + "}";
    }
    return boost::json::serialize(value);
}

} // namespace bench
