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

/// Decodes application/x-www-form-urlencoded (WHATWG URL, section 5.1). In addition to the specification, these are
/// errors: text that is not UTF-8, and more than max_form_fields fields.
/// @return the fields, or a description of the mistake
tl::expected<form_fields, std::string> parse_form(std::string_view text);

/// Reads the fields of a request. Errors: 415 if the Content-Type is not that of a form, 400 if the body is not
/// well-formed.
tl::expected<form_fields, problem> read_form_fields(const request& req);

std::vector<std::string_view> values_of(const form_fields& fields, std::string_view name);
bool only_known_fields(const form_fields& fields, const std::string_view* names, std::size_t count, read_error& error);
/// Converts the same texts as from_text() for bool. It also converts "on", because browsers send "on" for a checkbox.
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

/// Whether the user has left this input of the form empty. A browser then sends an empty value. The empty value counts
/// as a missing value, except if the type is text.
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

/// Extractor: converts the request's body, an HTML form (application/x-www-form-urlencoded), to a described struct. The
/// type of a member must have from_text() (rill/http/from_text.hpp), or be a std::optional or a container of such a
/// type. A container gets all fields with its name. For missing members, the rules of rill/http/described.hpp apply,
/// with additions for browsers. A checkbox sends "on" for true and no field for false. A container may have no field,
/// which means that nothing is chosen. The empty value of an empty input counts as missing, except for text.
///
/// The handler is not called in these cases. The response is 415 if the Content-Type is not
/// application/x-www-form-urlencoded. It is also 415 if the body has a Content-Encoding, because rill does not
/// decompress. It is 400 if the body is not well-formed. It is 422 if the body does not match T. The text of the 422
/// has the path to the first wrong field, as for json<T>: "/count: must be a whole number". Files (multipart/form-data)
/// are not supported.
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
        // If this were in form<T>, clang would also report that the handler's parameter is not an extractor.
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
