#pragma once

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <rill/http/described.hpp>
#include <rill/http/detail/json_read.hpp>
#include <rill/http/detail/json_write.hpp>
#include <rill/http/extract.hpp>
#include <rill/http/response.hpp>
#include <string>
#include <string_view>

namespace rill {

// ---- JSON (RFC 8259) as C++ values. Boost.JSON parses the text. The conversion is rill's own, and is the same with
// every release of Boost.
//
// bool                    true, false
// integers                a whole number in the range of the type; 3.0 and 3e2 are whole numbers
// float, double           a number that is not too large for the type
// std::string             a string
// std::optional, std::unique_ptr, std::shared_ptr, std::monostate: the value, or null
// std::vector and other containers, std::array, std::pair, std::tuple: an array; for the last three of this exact size
// std::map and other maps an object; a key is a string, or a type with from_text()
// std::variant            the first alternative that fits
// bounded                 a number within the bounds
// described structs       an object; the rules of its members are in rill/http/described.hpp
// described enums         a string, the name of a value (BOOST_DESCRIBE_ENUM)
// boost::json::value, object, array: anything, an object, an array
//
// For a type of your own, define functions in its namespace:
//
//     tl::expected<money, std::string> from_json(const boost::json::value&, std::type_identity<money>);
//     std::string as_json(const money&); // or any other type that is written as JSON
//
// The error says what is allowed, e.g. "must be an amount and a currency". It may also be a read_error, with the path
// within the value. A type with from_text() (rill/http/from_text.hpp) is read from a string without further functions.
// If there are none of these, overloads of tag_invoke for Boost.JSON's value_to, try_value_to and value_from are used.
// Types must be default-constructible.

/// Maximum nesting depth of arrays and objects.
inline constexpr std::size_t json_depth = 64;

/// Parses one JSON text. In addition to RFC 8259, these are errors: a repeated name in one object, because parsers
/// differ in which member they take; a number that a double cannot hold, such as 1e400; more than json_depth levels.
/// @return the value, or what is wrong with the text, e.g. "it ends too early"
tl::expected<boost::json::value, std::string> parse_json(std::string_view text);

/// Converts a parsed value to a T. See above for the types.
template <class T>
tl::expected<T, read_error> from_json(const boost::json::value& value)
{
    T converted{};
    read_error error;
    if (!detail::read_json(value, converted, error)) {
        return tl::unexpected(std::move(error));
    }
    return converted;
}

namespace detail {

/// Parses the body of a request. Errors: 415 if it is not declared as JSON, 400 if it is not well-formed.
tl::expected<boost::json::value, problem> parse_json_body(const request& req);

} // namespace detail

/// Extractor: the request's body, JSON, as a T. See above for the types.
///
/// Answered without a call of the handler: 415 unless the Content-Type is application/json or ends in +json, and for a
/// body with a Content-Encoding, because rill does not decompress; 400 if parse_json() fails; 422 if the body is not a
/// T, with the path to the first wrong value: "/items/3/count: must be a whole number".
template <class T>
struct json
{
    using declared_type = T;

    T value{};

    operator const T&() const noexcept { return value; }
    const T& operator*() const noexcept { return value; }
    const T* operator->() const noexcept { return &value; }
};

template <class T>
inline constexpr bool detail::needs_whole_body<json<T>> = true;

template <class T>
struct extractor<json<T>>
{
    static constexpr std::array<std::string_view, 0> path_parameters{};

    static tl::expected<json<T>, problem> extract(request& req)
    {
        const auto parsed = detail::parse_json_body(req);
        if (!parsed) {
            return tl::unexpected(parsed.error());
        }
        json<T> taken;
        read_error error;
        if (!detail::read_json(*parsed, taken.value, error)) {
            return tl::unexpected(detail::wrong_content(error));
        }
        return taken;
    }
};

/// Returns `value` as JSON text that every parser can read: NaN and infinity are written as null, and bytes of a string
/// that are not UTF-8 as U+FFFD. See above for the types. An empty optional is null. The text has no line breaks.
///
/// With g++ 12, do not write `to_json(order{...})` within a co_await expression: this compiler destroys the temporary
/// struct twice. Give the struct a line of its own.
template <class T>
std::string to_json(const T& value)
{
    std::string text;
    detail::write_json(text, value);
    return text;
}

/// Returns an application/json response with the text of to_json().
template <class T>
response json_response(const T& value, status code = status::ok)
{
    return {code, to_json(value), "application/json"};
}

} // namespace rill
