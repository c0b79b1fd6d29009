#pragma once

#include <concepts>
#include <rill/http/described.hpp>
#include <rill/http/detail/member_types.hpp>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>

// Which members of a described struct may be missing. The rule is described in rill/http/described.hpp.
namespace rill::detail {

template <class T, class Member>
bool may_be_missing(const T& object);

/// Whether a member with this value in the default-constructed struct may be missing.
template <class T>
bool has_default(const T& value)
{
    if constexpr (is_nullable<T> || std::is_same_v<T, bool>) {
        return true;
    } else if constexpr (described_struct<T>) {
        return for_each_member<T>([&]<class Member>(Member) { return may_be_missing<T, Member>(value); });
    } else if constexpr (is_variant<T>) {
        return value.index() != 0 || has_default(std::get<0>(value));
    } else if constexpr (tuple_like<T>) {
        return std::apply([](const auto&... element) { return (has_default(element) || ...); }, value);
    } else if constexpr (requires {
                             {
                                 value.empty()
                             } -> std::convertible_to<bool>;
                         })
    {
        return !value.empty();
    } else if constexpr (std::equality_comparable<T> && std::default_initializable<T>) {
        return !(value == T{});
    } else {
        return false;
    }
}

template <class T, class Member>
bool may_be_missing(const T& object)
{
    using rules = rules_of<T>;
    constexpr std::string_view name = Member::name;
    if constexpr (rules::is_required(name)) {
        return false;
    } else if constexpr (rules::is_optional(name)) {
        return true;
    } else {
        return has_default(object.*Member::pointer);
    }
}

} // namespace rill::detail
