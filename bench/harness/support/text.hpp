#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

/// Formats an integer with thousands separators: "1,234,567".
std::string grouped(std::uint64_t number);

/// Formats a number with at most `digits` decimals, without trailing zeros.
std::string fixed(double number, int digits);

/// Pads `text` with spaces on the left, up to `width` characters.
std::string right_aligned(const std::string& text, std::size_t width);

/// Replaces each `placeholder` with `value`.
void replace_all(std::string& text, std::string_view placeholder, std::string_view value);

/// Formats a measured value with about three digits and thousands separators: "96,823", "12.5", "0.092".
std::string readable(double value);

/// Formats a value as short text, with k and M: "10k", "1M", "0.5".
std::string compact(double value);

/// Serializes JSON on one line. Numbers have at most six decimals and no exponent. Boost.JSON would write 1.5E-1 for
/// 0.15. A number that is not finite becomes null.
std::string to_json_text(const boost::json::value& value);

} // namespace bench
