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

// ---- JSON (RFC 8259) as C++ values. Boost.JSON parses the text. rill converts the values itself, in the same way with
// every release of Boost.
//
// bool                    true, false
// integers                a whole number in the range of the type; 3.0 and 3e2 are whole numbers
// float, double           a number that is not too large for the type
// std::string             a string
// std::optional, std::unique_ptr, std::shared_ptr, std::monostate: the value, or null
// std::vector and other containers, std::array, std::pair, std::tuple: an array; the last three need its exact size
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
// within the value. A type with from_text() (rill/http/from_text.hpp) is read from a string and needs no further
// function. If a type has none of these functions, rill uses the overloads of tag_invoke for Boost.JSON's value_to,
// try_value_to and value_from. Types must be default-constructible.

/// Maximum nesting depth of arrays and objects.
inline constexpr std::size_t json_depth = 64;

/// Parses one JSON text. In addition to RFC 8259, these are errors: a repeated name in one object, because different
/// parsers take different members; a number that is too large for a double, such as 1e400; more than json_depth levels.
/// @return the value, or a description of the mistake, e.g. "it ends too early"
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

/// Parses the body of a request. Errors: 415 if the Content-Type is not that of JSON, 400 if the body is not
/// well-formed.
tl::expected<boost::json::value, problem> parse_json_body(const request& req);

} // namespace detail

/// Extractor: converts the request's body from JSON to a T. See above for the types.
///
/// The handler is not called in these cases. The response is 415 if the Content-Type neither is application/json nor
/// ends in +json. It is also 415 if the body has a Content-Encoding, because rill does not decompress. It is 400 if
/// parse_json() fails. It is 422 if the body does not match T. The text of the 422 has the path to the first wrong
/// value: "/items/3/count: must be a whole number".
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

/// Returns `value` as JSON text that every parser can read. NaN and infinity become null. Bytes of a string that are
/// not UTF-8 become U+FFFD. An empty optional becomes null. The text has no line breaks. See above for the types.
///
/// With g++ 12, do not write `to_json(order{...})` within a co_await expression, because this compiler destroys the
/// temporary struct twice. Store the struct in a variable first.
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
