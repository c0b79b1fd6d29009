#pragma once

#include <boost/test/unit_test.hpp>
#include <rill/http/json.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace json_reading {

/// Returns a value of T from the text, or the error. The text must be JSON.
template <class T>
tl::expected<T, rill::read_error> read(std::string_view text)
{
    const auto parsed = rill::parse_json(text);
    BOOST_REQUIRE(parsed.has_value());
    return rill::from_json<T>(*parsed);
}

/// Returns a value of T from JSON text that T accepts.
template <class T>
T value(std::string_view text)
{
    auto taken = read<T>(text);
    BOOST_TEST_CONTEXT((taken ? "" : taken.error().text()))
    {
        BOOST_REQUIRE(taken.has_value());
    }
    return std::move(*taken);
}

/// Returns the error of JSON text that T does not accept.
template <class T>
std::string refusal(std::string_view text)
{
    const auto taken = read<T>(text);
    return taken ? "accepted" : taken.error().text();
}

} // namespace json_reading
