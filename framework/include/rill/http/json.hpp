#pragma once

#include <boost/json/value.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>
#include <rill/http/extract.hpp>
#include <rill/http/response.hpp>
#include <string>

namespace rill {

namespace detail {

/// 415 when the body is not declared as JSON, 400 when it is not well-formed.
tl::expected<boost::json::value, problem> parse_json(const request& req);

/// 422: well-formed, but not what the handler takes.
problem wrong_shape(std::string_view reason);

std::string serialize(const boost::json::value& value);

} // namespace detail

/// Extractor: the request's body, JSON (RFC 8259), as a T. T is what boost::json::value_to can make: numbers, strings,
/// containers, structs described with BOOST_DESCRIBE_STRUCT, and types with a tag_invoke overload.
///
/// Answered without calling the handler: 415 unless the Content-Type is application/json or ends in +json, 400 when the
/// body is not well-formed JSON, 422 when it is not of T's shape, or when T's conversion throws.
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
    static tl::expected<json<T>, problem> extract(request& req)
    {
        auto parsed = detail::parse_json(req);
        if (!parsed) {
            return tl::unexpected(std::move(parsed.error()));
        }
        auto converted = boost::json::try_value_to<T>(*parsed);
        if (!converted.has_value()) {
            return tl::unexpected(detail::wrong_shape(converted.error().message()));
        }
        return json<T>{std::move(*converted)};
    }
};

/// `value` as JSON text. T is what boost::json::value_from takes.
template <class T>
std::string to_json(const T& value)
{
    return detail::serialize(boost::json::value_from(value));
}

/// `value` as an application/json response.
template <class T>
response json_response(const T& value, status code = status::ok)
{
    return {code, to_json(value), "application/json"};
}

} // namespace rill
