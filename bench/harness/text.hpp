#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number);

/// With so many digits behind the point, and none that are zeros at the end.
std::string fixed(double number, int digits);

/// Spaces before it, up to `width` characters.
std::string right_aligned(const std::string& text, std::size_t width);

/// Puts `value` in the place of each `placeholder`.
void replace_all(std::string& text, std::string_view placeholder, std::string_view value);

/// JSON on one line, with numbers as people write them (Boost.JSON's own text has 1.5E-1 for 0.15): at most six digits
/// behind the point. What is no finite number becomes null.
std::string to_json_text(const boost::json::value& value);

} // namespace bench
