#pragma once

#include <array>
#include <boost/json/conversion.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <concepts>
#include <limits>
#include <ranges>
#include <rill/http/described.hpp>
#include <rill/http/detail/defaults.hpp>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>

// Converts a C++ value to JSON text. The rules are described in rill/http/json.hpp.
namespace rill::detail {

template <class T>
inline constexpr bool cannot_write = false;

// Conversion functions of users' types.
template <class T>
concept has_as_json = requires(const T& value) { as_json(value); };
template <class T>
concept has_from_tag_invoke =
    requires(boost::json::value& v, const T& value) { tag_invoke(boost::json::value_from_tag(), v, value); };

/// Appends a string with quotes. Bytes that are not UTF-8 become U+FFFD.
void write_text(std::string& out, std::string_view text);
/// Appends the shortest text that is parsed as the same number. NaN and infinity become null, because JSON does not
/// have them.
void write_number(std::string& out, double number);
void write_number(std::string& out, float number);
void write_value(std::string& out, const boost::json::value& v);
void write_value(std::string& out, const boost::json::object& v);
void write_value(std::string& out, const boost::json::array& v);

template <class T>
void write_json(std::string& out, const T& value);

template <std::integral T>
void write_whole(std::string& out, T number)
{
    std::array<char, std::numeric_limits<T>::digits10 + 3> digits;
    out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

template <described_enum T>
void write_enum(std::string& out, T value)
{
    const char* const name = with_enumerators<T>([&](auto... enumerator) {
        const char* found = nullptr;
        static_cast<void>(((value == enumerator.value && (found = enumerator.name, true)) || ...));
        return found;
    });
    if (name == nullptr) {
        out += "null"; // the value has no name
    } else {
        write_text(out, name);
    }
}

/// Appends the key of a map as a member name.
template <class Key>
void write_name(std::string& out, const Key& key)
{
    if constexpr (std::convertible_to<const Key&, std::string_view>) {
        write_text(out, key);
    } else {
        std::string name;
        write_json(name, key);
        if (name.starts_with('"')) {
            out += name;
        } else {
            write_text(out, name);
        }
    }
}

template <class T>
void write_map(std::string& out, const T& value)
{
    bool first = true;
    out += '{';
    for (const auto& [key, mapped] : value) {
        out.append(first ? "" : ",");
        first = false;
        write_name(out, key);
        out += ':';
        write_json(out, mapped);
    }
    out += '}';
}

template <class T>
void write_sequence(std::string& out, const T& value)
{
    using element_type = std::ranges::range_value_t<const T>;
    static_assert(!std::same_as<element_type, T>, "a range of itself, as a path is: convert it to a string");
    bool first = true;
    out += '[';
    for (auto&& element : value) {
        out.append(first ? "" : ",");
        first = false;
        write_json<element_type>(out, element);
    }
    out += ']';
}

template <class T>
void write_tuple(std::string& out, const T& value)
{
    auto write = [&, first = true](const auto& element) mutable {
        out.append(first ? "" : ",");
        first = false;
        write_json(out, element);
    };
    out += '[';
    std::apply([&](const auto&... element) { (write(element), ...); }, value);
    out += ']';
}

template <class T>
void write_struct(std::string& out, const T& value)
{
    bool first = true;
    out += '{';
    for_each_member<T>([&]<class Member>(Member) {
        out.append(first ? "" : ",");
        first = false;
        write_text(out, name_of<T, Member>());
        out += ':';
        write_json(out, value.*Member::pointer);
        return true;
    });
    out += '}';
}

template <class T>
void write_json(std::string& out, const T& value)
{
    if constexpr (has_as_json<T>) {
        write_json(out, as_json(value));
    } else if constexpr (std::same_as<T, boost::json::value> || std::same_as<T, boost::json::object> ||
                         std::same_as<T, boost::json::array>)
    {
        write_value(out, value);
    } else if constexpr (has_from_tag_invoke<T>) {
        boost::json::value made;
        tag_invoke(boost::json::value_from_tag(), made, value);
        write_value(out, made);
    } else if constexpr (std::same_as<T, bool>) {
        out.append(value ? "true" : "false");
    } else if constexpr (std::same_as<T, float>) {
        write_number(out, value);
    } else if constexpr (std::floating_point<T>) {
        write_number(out, static_cast<double>(value));
    } else if constexpr (whole_number_type<T>) {
        write_whole(out, value);
    } else if constexpr (is_bounded<T>) {
        write_json(out, value.value);
    } else if constexpr (described_enum<T>) {
        write_enum(out, value);
    } else if constexpr (std::same_as<T, std::monostate> || std::is_null_pointer_v<T>) {
        out += "null";
    } else if constexpr (std::convertible_to<const T&, std::string_view>) {
        write_text(out, value);
    } else if constexpr (is_variant<T>) {
        std::visit([&](const auto& alternative) { write_json(out, alternative); }, value);
    } else if constexpr (is_nullable<T>) {
        if (value) {
            write_json(out, *value);
        } else {
            out += "null";
        }
    } else if constexpr (described_struct<T>) {
        write_struct(out, value);
    } else if constexpr (requires { typename T::mapped_type; } && std::ranges::input_range<const T>) {
        write_map(out, value);
    } else if constexpr (std::ranges::input_range<const T>) {
        write_sequence(out, value);
    } else if constexpr (tuple_like<T>) {
        write_tuple(out, value);
    } else {
        static_assert(cannot_write<T>, "rill cannot write this type as JSON. A struct: describe it with "
                                       "BOOST_DESCRIBE_STRUCT. An enum: BOOST_DESCRIBE_ENUM. Another type: give it "
                                       "as_json(), see rill/http/json.hpp.");
    }
}

} // namespace rill::detail
