#pragma once

#include <array>
#include <boost/json/conversion.hpp>
#include <boost/json/value.hpp>
#include <concepts>
#include <exception>
#include <rill/http/described.hpp>
#include <rill/http/detail/defaults.hpp>
#include <rill/http/detail/json_scalars.hpp>
#include <rill/http/detail/member_types.hpp>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

// Converts a boost::json::value to a C++ value. The rules are described in rill/http/json.hpp.
namespace rill::detail {

template <>
inline constexpr bool is_nullable<boost::json::value> = true;

template <class T>
inline constexpr bool no_rule = false;

// Conversion functions of users' types.
template <class T>
concept has_from_json = requires(const boost::json::value& v) { from_json(v, std::type_identity<T>{}); };

template <class T>
concept has_try_tag_invoke = requires(const boost::json::value& v) {
    {
        tag_invoke(boost::json::try_value_to_tag<T>(), v).has_value()
    } -> std::convertible_to<bool>;
};
template <class T>
concept has_tag_invoke = requires(const boost::json::value& v) {
    {
        tag_invoke(boost::json::value_to_tag<T>(), v)
    } -> std::convertible_to<T>;
};
template <class T>
concept has_read_hook = has_from_json<T> || has_try_tag_invoke<T> || has_tag_invoke<T>;

template <class T>
concept string_like = std::same_as<T, std::string> || std::same_as<T, boost::json::string>;

/// Each function returns nullptr and sets the error if the value is of another kind.
const boost::json::array* read_array(const boost::json::value& v, read_error& error);
const boost::json::array* read_array(const boost::json::value& v, std::size_t size, read_error& error);
const boost::json::object* read_object(const boost::json::value& v, read_error& error);
/// Fails if the object has a member that is not among `names`.
bool read_only_known(const boost::json::object& members, const std::string_view* names, std::size_t count,
                     read_error& error);

template <class T>
bool read_json(const boost::json::value& v, T& out, read_error& error);

template <class T>
constexpr unsigned kinds_for() noexcept;

template <class T>
bool read_by_hook(const boost::json::value& v, T& out, read_error& error)
{
    if constexpr (has_from_json<T>) {
        return take<T>(from_json(v, std::type_identity<T>{}), out, error);
    } else if constexpr (has_try_tag_invoke<T>) {
        auto read = tag_invoke(boost::json::try_value_to_tag<T>(), v);
        if (!read.has_value()) {
            return fail(error, "is not allowed: " + read.error().message());
        }
        out = std::move(*read);
        return true;
    } else {
        try {
            out = tag_invoke(boost::json::value_to_tag<T>(), v);
            return true;
        } catch (const std::exception&) { // what() may contain a secret
            return fail(error, "is not allowed");
        }
    }
}

template <class T>
bool read_nullable(const boost::json::value& v, T& out, read_error& error)
{
    if (v.is_null()) {
        out = T();
        return true;
    }
    using value_type = std::remove_cvref_t<decltype(*out)>;
    if constexpr (requires { out.emplace(); }) {
        return read_json(v, out.emplace(), error);
    } else {
        out = T(new value_type());
        return read_json(v, const_cast<std::remove_const_t<value_type>&>(*out), error);
    }
}

template <std::size_t I = 0, class... T>
bool read_variant(const boost::json::value& v, std::variant<T...>& out, read_error& error)
{
    if constexpr (I == sizeof...(T)) {
        if (error.reason.empty()) { // no alternative is of this kind
            fail(error, must_be_of((kinds_for<T>() | ...)));
        }
        return false;
    } else {
        using type = std::variant_alternative_t<I, std::variant<T...>>;
        if ((kinds_for<type>() & kind_of(v)) != 0) {
            type value{};
            read_error mistake;
            if (read_json(v, value, mistake)) {
                out.template emplace<I>(std::move(value));
                error = {};
                return true;
            }
            // The alternative whose mistake has the longest path is probably the intended one.
            if (error.reason.empty() || mistake.path.size() > error.path.size()) {
                error = std::move(mistake);
            }
        }
        return read_variant<I + 1>(v, out, error);
    }
}

template <class T>
bool read_map(const boost::json::value& v, T& out, read_error& error)
{
    const auto* const members = read_object(v, error);
    if (members == nullptr) {
        return false;
    }
    out.clear();
    for (const auto& member : *members) {
        const std::string_view name = member.key();
        typename T::key_type key{};
        typename T::mapped_type value{};
        if constexpr (string_like<typename T::key_type>) {
            key = name;
        } else if (!read_text(name, key, error)) {
            return step_back(error, name);
        }
        if (!read_json(member.value(), value, error)) {
            return step_back(error, name);
        }
        out.insert(typename T::value_type(std::move(key), std::move(value)));
    }
    return true;
}

template <class T>
bool read_sequence(const boost::json::value& v, T& out, read_error& error)
{
    const auto* const elements = read_array(v, error);
    if (elements == nullptr) {
        return false;
    }
    out.clear();
    if constexpr (requires { out.reserve(elements->size()); }) {
        out.reserve(elements->size());
    }
    for (std::size_t i = 0; i < elements->size(); ++i) {
        typename T::value_type element{};
        if (!read_json((*elements)[i], element, error)) {
            return step_back(error, i);
        }
        out.insert(out.end(), std::move(element));
    }
    return true;
}

template <class T>
bool read_tuple(const boost::json::value& v, T& out, read_error& error)
{
    const auto* const elements = read_array(v, std::tuple_size_v<T>, error);
    if (elements == nullptr) {
        return false;
    }
    std::size_t i = 0;
    const auto read = [&](auto& element) {
        return read_json((*elements)[i], element, error) ? (++i, true) : step_back(error, i);
    };
    return std::apply([&](auto&... element) { return (read(element) && ...); }, out);
}

/// If the member may be missing, null counts as a missing member. Otherwise null is a wrong value.
template <class T, class Member>
bool read_member(const boost::json::object& members, T& out, read_error& error)
{
    constexpr auto name = name_of<T, Member>();
    auto& member = out.*Member::pointer;
    using type = std::remove_reference_t<decltype(member)>;
    const auto* const value = members.if_contains(name);
    if (value == nullptr || (value->is_null() && (kinds_for<type>() & json_null) == 0)) {
        if (may_be_missing<T, Member>(out)) {
            return true;
        }
        if (value == nullptr) {
            fail(error, "is missing");
            return step_back(error, name);
        }
    }
    return read_json(*value, member, error) || step_back(error, name);
}

template <class T>
bool read_struct(const boost::json::value& v, T& out, read_error& error)
{
    const auto* const members = read_object(v, error);
    if (members == nullptr) {
        return false;
    }
    if constexpr (rules_of<T>::only_known) {
        const bool known = [&]<template <class...> class List, class... Member>(List<Member...>) {
            constexpr std::array<std::string_view, sizeof...(Member)> names{name_of<T, Member>()...};
            return read_only_known(*members, names.data(), names.size(), error);
        }(members_of<T>{});
        if (!known) {
            return false;
        }
    }
    return for_each_member<T>([&]<class Member>(Member) { return read_member<T, Member>(*members, out, error); });
}

template <class T>
constexpr unsigned kinds_for() noexcept
{
    if constexpr (has_read_hook<T> || std::same_as<T, boost::json::value>) {
        return json_any;
    } else if constexpr (is_nullable<T> && !is_variant<T> && !std::same_as<T, std::monostate>) {
        return json_null | kinds_for<std::remove_cvref_t<decltype(*std::declval<T&>())>>();
    } else if constexpr (is_variant<T>) {
        return []<class... U>(std::type_identity<std::variant<U...>>) {
            return (kinds_for<U>() | ...);
        }(std::type_identity<T>{});
    } else if constexpr (std::same_as<T, std::monostate>) {
        return json_null;
    } else if constexpr (std::same_as<T, bool>) {
        return json_bool;
    } else if constexpr (std::is_arithmetic_v<T> || is_bounded<T>) {
        return json_number;
    } else if constexpr (string_like<T> || has_from_text<T>) {
        return json_string;
    } else if constexpr (described_struct<T> || map_like<T> || std::same_as<T, boost::json::object>) {
        return json_object;
    } else {
        return json_array;
    }
}

template <class T>
bool read_json(const boost::json::value& v, T& out, read_error& error)
{
    if constexpr (has_read_hook<T>) {
        return read_by_hook(v, out, error);
    } else if constexpr (std::same_as<T, boost::json::value>) {
        out = v;
        return true;
    } else if constexpr (std::same_as<T, bool>) {
        return v.is_bool() ? (out = v.get_bool(), true) : fail(error, "must be true or false");
    } else if constexpr (whole_number_type<T> || std::floating_point<T>) {
        return read_number(v, out, error);
    } else if constexpr (is_bounded<T>) {
        return read_bounded(v, out, error);
    } else if constexpr (string_like<T> || has_from_text<T>) {
        const auto* const text = read_string(v, error);
        if constexpr (string_like<T>) {
            return text != nullptr && (out = std::string_view(*text), true);
        } else {
            return text != nullptr && read_text(std::string_view(*text), out, error);
        }
    } else if constexpr (std::same_as<T, std::monostate>) {
        return read_null(v, error);
    } else if constexpr (is_variant<T>) {
        return read_variant(v, out, error);
    } else if constexpr (is_nullable<T>) {
        return read_nullable(v, out, error);
    } else if constexpr (std::same_as<T, boost::json::object>) {
        const auto* const members = read_object(v, error);
        return members != nullptr && (out = *members, true);
    } else if constexpr (std::same_as<T, boost::json::array>) {
        const auto* const elements = read_array(v, error);
        return elements != nullptr && (out = *elements, true);
    } else if constexpr (described_struct<T>) {
        return read_struct(v, out, error);
    } else if constexpr (map_like<T>) {
        return read_map(v, out, error);
    } else if constexpr (container<T>) {
        return read_sequence(v, out, error);
    } else if constexpr (tuple_like<T>) {
        return read_tuple(v, out, error);
    } else {
        static_assert(no_rule<T>, "rill cannot read this type from JSON. A struct: describe it with "
                                  "BOOST_DESCRIBE_STRUCT. An enum: BOOST_DESCRIBE_ENUM. Text: std::string, as a "
                                  "std::string_view would refer to memory that is gone. Another type: give it "
                                  "from_json() or from_text(), see rill/http/json.hpp.");
        return false;
    }
}

} // namespace rill::detail
