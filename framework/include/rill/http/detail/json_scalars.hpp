#pragma once

#include <boost/json/value.hpp>
#include <concepts>
#include <cstdint>
#include <limits>
#include <rill/http/described.hpp>
#include <rill/http/from_text.hpp>
#include <string>

// Converts a boost::json::value that is neither an array nor an object to a C++ value.
namespace rill::detail {

/// The kinds of JSON values, as bits.
enum json_kind : unsigned
{
    json_null = 1,
    json_bool = 2,
    json_number = 4,
    json_string = 8,
    json_array = 16,
    json_object = 32,
    json_any = 63
};
unsigned kind_of(const boost::json::value& v) noexcept;
/// Returns text such as "must be a string or an array".
std::string must_be_of(unsigned kinds);

bool read_whole(const boost::json::value& v, std::int64_t min, std::int64_t max, std::int64_t& out, read_error& error);
bool read_whole(const boost::json::value& v, std::uint64_t max, std::uint64_t& out, read_error& error);
bool read_float(const boost::json::value& v, double largest, double& out, read_error& error);
bool read_null(const boost::json::value& v, read_error& error);
/// Returns nullptr and sets the error if the value is not a string.
const boost::json::string* read_string(const boost::json::value& v, read_error& error);

template <class T>
bool read_number(const boost::json::value& v, T& out, read_error& error)
{
    using limits = std::numeric_limits<T>;
    if constexpr (std::floating_point<T>) {
        double number = 0;
        if (!read_float(v, static_cast<double>(limits::max()), number, error)) {
            return false;
        }
        out = static_cast<T>(number);
    } else if constexpr (std::signed_integral<T>) {
        std::int64_t number = 0;
        if (!read_whole(v, limits::min(), limits::max(), number, error)) {
            return false;
        }
        out = static_cast<T>(number);
    } else {
        std::uint64_t number = 0;
        if (!read_whole(v, limits::max(), number, error)) {
            return false;
        }
        out = static_cast<T>(number);
    }
    return true;
}

template <class T, T Min, T Max>
bool read_bounded(const boost::json::value& v, bounded<T, Min, Max>& out, read_error& error)
{
    T number{};
    if (!read_number(v, number, error) || !(number >= Min && number <= Max)) {
        return fail(error, between(std::to_string(Min), std::to_string(Max)));
    }
    out.value = number;
    return true;
}

} // namespace rill::detail
