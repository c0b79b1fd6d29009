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

// ---- JSON (RFC 8259) as C++ values. Boost.JSON parses; the conversion is rill's own, and the same with every Boost.
//
// bool                    true, false
// integers                a whole number in the type's range; 3.0 and 3e2 are whole
// float, double           a number that is not too large for the type
// std::string             a string
// std::optional, std::unique_ptr, std::shared_ptr, std::monostate: as their value, or null
// std::vector and other containers, std::array, std::pair, std::tuple: an array; of the last three of just that size
// std::map and other maps an object; a key is a string, or a type with from_text()
// std::variant            the first alternative that fits
// bounded                 a number within the bounds
// described structs       an object; the rules of its members are in rill/http/described.hpp
// described enums         a string, the name of a value (BOOST_DESCRIBE_ENUM)
// boost::json::value, object, array: anything, an object, an array
//
// A type of your own has functions in its namespace:
//
//     tl::expected<money, std::string> from_json(const boost::json::value&, std::type_identity<money>);
//     std::string as_json(const money&); // or any other type that is written as JSON
//
// The error says what is allowed, e.g. "must be an amount and a currency"; it may also be a read_error, with the path
// within the value. A type with from_text() (rill/http/extract.hpp) is read from a string without more. Overloads of
// tag_invoke for Boost.JSON's value_to, try_value_to and value_from are used where there are none of these. Types are
// default-constructible.

/// Maximum depth of arrays and objects within each other.
inline constexpr std::size_t json_depth = 64;

/// Parses one JSON text. On top of RFC 8259, these are errors: a name that is twice in one object, as readers differ in
/// which one counts; a number that no double can hold, such as 1e400; more than json_depth levels.
/// @return the value, or what is wrong with the text, e.g. "a name is there twice"
tl::expected<boost::json::value, std::string> parse_json(std::string_view text);

/// A parsed value as a T. T is as above.
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

/// 415 when the body is not declared as JSON, 400 when it is not well-formed.
tl::expected<boost::json::value, problem> parse_json_body(const request& req);

} // namespace detail

/// Extractor: the request's body, JSON, as a T. T is as above.
///
/// Answered without calling the handler: 415 unless the Content-Type is application/json or ends in +json, and for a
/// body with a Content-Encoding, as rill decompresses nothing; 400 when parse_json() refuses the body, 422 when it is
/// not a T, with the path to the first value that is wrong:
/// "/items/3/count: must be a whole number".
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

/// `value` as JSON text, which every parser can read: NaN and infinity are written as null, and bytes of a string that
/// are not UTF-8 as U+FFFD. T is as above; an empty optional is null. The text has no line ends.
///
/// With g++ 12, do not write `to_json(order{...})` within a co_await expression: that compiler destroys the temporary
/// struct twice. Give the struct a line of its own.
template <class T>
std::string to_json(const T& value)
{
    std::string text;
    detail::write_json(text, value);
    return text;
}

/// `value` as an application/json response, as to_json() writes it.
template <class T>
response json_response(const T& value, status code = status::ok)
{
    return {code, to_json(value), "application/json"};
}

} // namespace rill
