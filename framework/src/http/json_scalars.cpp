#include <rill/http/detail/json_scalars.hpp>

#include <cmath>
#include <iterator>
#include <optional>
#include <string_view>

namespace rill::detail {

namespace {

// Below this limit a double represents every whole number exactly.
constexpr double exact = 9007199254740992.0; // 2^53

bool whole_but_too_large(const boost::json::value& v) noexcept
{
    return v.is_double() && std::abs(v.get_double()) >= exact;
}

// Returns the whole number in a double, if the double represents a whole number exactly.
std::optional<std::int64_t> whole_double(const boost::json::value& v) noexcept
{
    if (!v.is_double()) {
        return std::nullopt;
    }
    const double number = v.get_double();
    if (!(std::abs(number) < exact) || std::trunc(number) != number) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(number);
}

template <class Limit>
bool out_of_range(Limit min, Limit max, read_error& error)
{
    return fail(error, "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
}

} // namespace

unsigned kind_of(const boost::json::value& v) noexcept
{
    switch (v.kind()) {
    case boost::json::kind::null:
        return json_null;
    case boost::json::kind::bool_:
        return json_bool;
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
    case boost::json::kind::double_:
        return json_number;
    case boost::json::kind::string:
        return json_string;
    case boost::json::kind::array:
        return json_array;
    case boost::json::kind::object:
        return json_object;
    }
    return 0;
}

std::string must_be_of(unsigned kinds)
{
    constexpr std::string_view names[] = {"null", "true or false", "a number", "a string", "an array", "an object"};
    std::string allowed = "must be";
    for (unsigned bit = 0; bit < std::size(names); ++bit) {
        if ((kinds & (1U << bit)) != 0) {
            allowed.append(allowed == "must be" ? " " : " or ").append(names[bit]);
        }
    }
    return allowed;
}

bool read_whole(const boost::json::value& v, std::int64_t min, std::int64_t max, std::int64_t& out, read_error& error)
{
    const auto number = v.is_int64() ? std::optional(v.get_int64()) : whole_double(v);
    if (number && *number >= min && *number <= max) {
        out = *number;
        return true;
    }
    if (number || v.is_uint64() || whole_but_too_large(v)) {
        return out_of_range(min, max, error);
    }
    return fail(error, "must be a whole number");
}

bool read_whole(const boost::json::value& v, std::uint64_t max, std::uint64_t& out, read_error& error)
{
    if (v.is_uint64() && v.get_uint64() <= max) {
        out = v.get_uint64();
        return true;
    }
    const auto number = v.is_int64() ? std::optional(v.get_int64()) : whole_double(v);
    if (number && *number >= 0 && static_cast<std::uint64_t>(*number) <= max) {
        out = static_cast<std::uint64_t>(*number);
        return true;
    }
    if (number || v.is_uint64() || whole_but_too_large(v)) {
        return out_of_range(std::uint64_t{0}, max, error);
    }
    return fail(error, "must be a whole number");
}

bool read_float(const boost::json::value& v, double largest, double& out, read_error& error)
{
    if (!v.is_number()) {
        return fail(error, "must be a number");
    }
    out = v.is_double()  ? v.get_double()
          : v.is_int64() ? static_cast<double>(v.get_int64())
                         : static_cast<double>(v.get_uint64());
    return std::abs(out) <= largest || fail(error, "must be a smaller number");
}

bool read_null(const boost::json::value& v, read_error& error)
{
    return v.is_null() || fail(error, "must be null");
}

const boost::json::string* read_string(const boost::json::value& v, read_error& error)
{
    if (!v.is_string()) {
        fail(error, "must be a string");
    }
    return v.if_string();
}

} // namespace rill::detail
