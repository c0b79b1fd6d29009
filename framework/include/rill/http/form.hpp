#pragma once

#include <array>
#include <concepts>
#include <optional>
#include <rill/http/described.hpp>
#include <rill/http/detail/defaults.hpp>
#include <rill/http/detail/member_types.hpp>
#include <rill/http/extract.hpp>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>
#include <vector>

namespace rill {

namespace detail {

/// The decoded names and values of a form, in their order.
using form_fields = std::vector<std::pair<std::string, std::string>>;

/// Maximum number of fields in a form.
inline constexpr std::size_t max_form_fields = 1000;

/// Decodes application/x-www-form-urlencoded (WHATWG URL, section 5.1). Stricter than the specification: text that is
/// not UTF-8, and more than max_form_fields fields, are errors.
/// @return the fields, or what is wrong with the text
tl::expected<form_fields, std::string> parse_form(std::string_view text);

/// Reads the fields of a request. Errors: 415 if the body is not declared as a form, 400 if it is not well-formed.
tl::expected<form_fields, problem> read_form_fields(const request& req);

std::vector<std::string_view> values_of(const form_fields& fields, std::string_view name);
bool only_known_fields(const form_fields& fields, const std::string_view* names, std::size_t count, read_error& error);
/// Converts the values of from_text() for bool, and "on", which a browser sends for a checkbox.
tl::expected<bool, std::string> checkbox_from_text(std::string_view text);

template <class T>
concept text_type = std::same_as<T, bool> || requires { from_text(std::string_view(), std::type_identity<T>{}); };

template <class T>
inline constexpr bool has_form_rule = text_type<T>;
template <class T>
inline constexpr bool has_form_rule<std::optional<T>> = text_type<T>;
template <container T>
    requires(!text_type<T>)
inline constexpr bool has_form_rule<T> = text_type<typename T::value_type>;

template <class T>
bool read_field(std::string_view text, T& out, read_error& error)
{
    if constexpr (is_optional<T>) {
        return read_field(text, out.emplace(), error);
    } else if constexpr (std::same_as<T, bool>) {
        return take<T>(checkbox_from_text(text), out, error);
    } else {
        return read_text(text, out, error);
    }
}

template <class T>
bool read_fields(const std::vector<std::string_view>& values, T& out, read_error& error)
{
    out.clear();
    for (std::size_t i = 0; i < values.size(); ++i) {
        typename T::value_type value{};
        if (!read_field(values[i], value, error)) {
            return step_back(error, i);
        }
        out.insert(out.end(), std::move(value));
    }
    return true;
}

/// Whether the user has left the input empty. A browser then sends an empty value, which counts as no value except for
/// text.
template <class T>
bool is_left_empty(const std::vector<std::string_view>& values)
{
    return !std::same_as<T, std::string> && !std::same_as<T, std::optional<std::string>> && values.size() == 1 &&
           values.front().empty();
}

template <class T, class Member>
bool read_form_member(const form_fields& fields, T& out, read_error& error)
{
    auto& member = out.*Member::pointer;
    using type = std::remove_reference_t<decltype(member)>;
    static_assert(has_form_rule<type>,
                  "a member of a form's struct must be text, a number, a bool, a described enum, a type with "
                  "from_text(), or an optional or a container of these: a form has no objects within it");
    constexpr auto name = name_of<T, Member>();
    const auto values = values_of(fields, name);
    if constexpr (!has_form_rule<type>) {
        return false;
    } else if constexpr (container<type> && !text_type<type>) {
        if (!values.empty()) {
            return read_fields(values, member, error) || step_back(error, name);
        }
        if (!rules_of<T>::is_required(Member::name)) { // the user has chosen nothing
            return true;
        }
    } else {
        if ((values.empty() || is_left_empty<type>(values)) && may_be_missing<T, Member>(out)) {
            return true;
        }
        if (values.size() == 1) {
            return read_field(values.front(), member, error) || step_back(error, name);
        }
    }
    fail(error, values.empty() ? "is missing" : "must occur only once");
    return step_back(error, name);
}

template <class T>
bool read_form(const form_fields& fields, T& out, read_error& error)
{
    if constexpr (rules_of<T>::only_known) {
        const bool known = [&]<template <class...> class List, class... Member>(List<Member...>) {
            constexpr std::array<std::string_view, sizeof...(Member)> names{name_of<T, Member>()...};
            return only_known_fields(fields, names.data(), names.size(), error);
        }(members_of<T>{});
        if (!known) {
            return false;
        }
    }
    return for_each_member<T>([&]<class Member>(Member) { return read_form_member<T, Member>(fields, out, error); });
}

} // namespace detail

/// Extractor: the request's body, an HTML form (application/x-www-form-urlencoded), as a described struct. Its members
/// have types that from_text() makes (rill/http/from_text.hpp), or a std::optional or a container of these. A container
/// takes all fields with its name. The rules for missing members are those of rill/http/described.hpp, with additions
/// for browsers: a checkbox sends "on" for true and nothing for false; a container has no field if nothing is chosen;
/// the empty value of an empty input counts as missing, except for text.
///
/// Answered without a call of the handler: 415 unless the Content-Type is application/x-www-form-urlencoded, and for a
/// body with a Content-Encoding, because rill does not decompress; 400 if the body is not well-formed; 422 if it is not
/// a T, with the path to the first wrong field, as for json<T>: "/count: must be a whole number". Files
/// (multipart/form-data) are not supported.
template <class T>
struct form
{
    using declared_type = T;

    T value{};

    operator const T&() const noexcept { return value; }
    const T& operator*() const noexcept { return value; }
    const T* operator->() const noexcept { return &value; }
};

template <class T>
struct extractor<form<T>>
{
    static constexpr std::array<std::string_view, 0> path_parameters{};

    static tl::expected<form<T>, problem> extract(request& req)
    {
        // Not in form<T> itself: clang would then also report that the handler's parameter is not an extractor.
        static_assert(detail::described_struct<T>,
                      "form<T> needs a struct that is described with BOOST_DESCRIBE_STRUCT");
        const auto fields = detail::read_form_fields(req);
        if (!fields) {
            return tl::unexpected(fields.error());
        }
        form<T> taken;
        if constexpr (detail::described_struct<T>) { // one error is enough
            read_error error;
            if (!detail::read_form(*fields, taken.value, error)) {
                return tl::unexpected(detail::wrong_content(error));
            }
        }
        return taken;
    }
};

} // namespace rill
