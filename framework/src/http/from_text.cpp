#include <rill/http/from_text.hpp>

#include <cmath>

#include "http/grammar.hpp"

namespace rill {

namespace {

template <class T>
tl::expected<T, std::string> number_from_text(std::string_view text)
{
    T number{};
    const auto end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data(), end, number);
    if (ec != std::errc() || stop != end || !std::isfinite(number)) {
        return tl::unexpected(std::string("must be a number"));
    }
    return number;
}

} // namespace

tl::expected<std::string, std::string> from_text(std::string_view text, std::type_identity<std::string>)
{
    return std::string(text);
}

tl::expected<bool, std::string> from_text(std::string_view text, std::type_identity<bool>)
{
    if (text == "true" || text == "1") {
        return true;
    }
    if (text == "false" || text == "0") {
        return false;
    }
    return tl::unexpected(std::string("must be true, false, 1 or 0"));
}

tl::expected<float, std::string> from_text(std::string_view text, std::type_identity<float>)
{
    return number_from_text<float>(text);
}

tl::expected<double, std::string> from_text(std::string_view text, std::type_identity<double>)
{
    return number_from_text<double>(text);
}

namespace detail {

std::string not_whole_number(std::string_view text, std::string_view min, std::string_view max)
{
    const auto digits = text.substr(text.starts_with('-') ? 1 : 0);
    std::string allowed = "must be a whole number";
    if (!digits.empty() && all_are(digits, digit_char)) {
        allowed.append(" from ").append(min).append(" to ").append(max);
    }
    return allowed;
}

std::string must_be_one_of(std::span<const std::string_view> names)
{
    std::string allowed = "must be one of";
    for (const auto name : names) {
        allowed.append(allowed.ends_with(" of") ? " " : ", ").append(name);
    }
    return allowed;
}

std::string between(std::string_view min, std::string_view max)
{
    return "must be a number from " + std::string(min) + " to " + std::string(max);
}

} // namespace detail
} // namespace rill
