#pragma once

#include <boost/describe/bases.hpp>
#include <boost/describe/members.hpp>
#include <cstddef>
#include <rill/http/extract.hpp>
#include <string>
#include <string_view>
#include <type_traits>

namespace rill {

// ---- Structs that rill reads from a request. BOOST_DESCRIBE_STRUCT lists their members and described base classes.
//
// The input may omit a member if one of these conditions is true. The member then keeps its value in T{}:
// - its type has a value for "nothing": std::optional, std::unique_ptr, std::shared_ptr, boost::json::value, and
//   std::variant with std::monostate;
// - it is a bool;
// - its default is not the empty value of its type: `int words = 40`, `std::string model = "small"`;
// - it is a described struct, and all its members may be missing;
// - the struct's member_rules list it as optional.
//
// Every other member is required. `int count = 0` is also required, because a default of zero cannot be distinguished
// from no default. Unknown members of the input are ignored.
//
// Rules in the struct change this behavior:
//
//     struct order
//     {
//         std::string item;
//         int count = 0;
//
//         using member_rules = rill::member_rules<rill::only_known_members, rill::optional_members<"count">>;
//     };
//
// The rules may also be outside the struct, in a specialization of rill::member_rules_of<order>.

namespace detail {

// The base of each rule. It changes nothing for any member.
struct member_rule
{
    static constexpr bool only_known = false;
    static constexpr bool is_optional(std::string_view) noexcept { return false; }
    static constexpr bool is_required(std::string_view) noexcept { return false; }
    static constexpr std::string_view name_of(std::string_view) noexcept { return {}; }
    template <class IsMember>
    static constexpr bool names_members(IsMember) noexcept
    {
        return true;
    }
};

} // namespace detail

/// Rule: an unknown member of the input is an error. A derived struct without rules has the rules of its base.
struct only_known_members : detail::member_rule
{
    static constexpr bool only_known = true;
};

/// Rule: these members may be missing. A missing member keeps its default.
template <fixed_string... Names>
struct optional_members : detail::member_rule
{
    static constexpr bool is_optional(std::string_view name) noexcept { return ((Names.view() == name) || ...); }
    template <class IsMember>
    static constexpr bool names_members(IsMember is_member) noexcept
    {
        return (is_member(Names.view()) && ...);
    }
};

/// Rule: these members are required, even if they have a default or are a bool or an optional.
template <fixed_string... Names>
struct required_members : detail::member_rule
{
    static constexpr bool is_required(std::string_view name) noexcept { return ((Names.view() == name) || ...); }
    template <class IsMember>
    static constexpr bool names_members(IsMember is_member) noexcept
    {
        return (is_member(Names.view()) && ...);
    }
};

/// Rule: the member has another name in the input and output. For example, the name may be a keyword:
/// `renamed_member<"class_", "class">`.
template <fixed_string Member, fixed_string Name>
struct renamed_member : detail::member_rule
{
    static constexpr std::string_view name_of(std::string_view member) noexcept
    {
        return Member.view() == member ? Name.view() : std::string_view();
    }
    template <class IsMember>
    static constexpr bool names_members(IsMember is_member) noexcept
    {
        return is_member(Member.view());
    }
};

/// The rules of a struct, in any order.
template <class... Rules>
struct member_rules
{
    static constexpr bool only_known = (Rules::only_known || ...);
    static constexpr bool is_optional([[maybe_unused]] std::string_view name) noexcept
    {
        return (Rules::is_optional(name) || ...);
    }
    static constexpr bool is_required([[maybe_unused]] std::string_view name) noexcept
    {
        return (Rules::is_required(name) || ...);
    }
    static constexpr std::string_view name_of(std::string_view member) noexcept
    {
        std::string_view name = member;
        ((name = Rules::name_of(member).empty() ? name : Rules::name_of(member)), ...);
        return name;
    }
    template <class IsMember>
    static constexpr bool names_members([[maybe_unused]] IsMember is_member) noexcept
    {
        return (Rules::names_members(is_member) && ...);
    }
};

namespace detail {

template <class T>
inline constexpr bool is_member_rules = false;
template <class... Rules>
inline constexpr bool is_member_rules<member_rules<Rules...>> = true;

} // namespace detail

/// The rules of T. By default they are T::member_rules, if this type exists. Specialize member_rules_of for a struct
/// that you cannot change.
template <class T>
struct member_rules_of
{
    using type = member_rules<>;
};

template <class T>
    requires detail::is_member_rules<typename T::member_rules>
struct member_rules_of<T>
{
    using type = typename T::member_rules;
};

/// The reason why rill could not read a value.
struct read_error
{
    std::string path; ///< path to the value as a JSON pointer (RFC 6901), e.g. "/items/3/count"; empty: the whole input
    std::string reason; ///< what is allowed, e.g. "must be a whole number"

    /// Returns text such as "/items/3/count: must be a whole number". Only the path contains text of the input. The
    /// names in the path are converted to printable ASCII and cut after 40 characters.
    std::string text() const;
};

namespace detail {

/// Sets the reason and returns false.
bool fail(read_error& error, std::string_view reason);
/// Adds a step at the front of the path and returns false.
bool step_back(read_error& error, std::string_view name);
bool step_back(read_error& error, std::size_t index);

/// Returns a problem with status 422, for input that is well-formed but does not match the type that the handler takes.
problem wrong_content(const read_error& error);

template <class T>
concept described_struct = std::is_class_v<T> && boost::describe::has_describe_members<T>::value &&
                           boost::describe::has_describe_bases<T>::value;

template <class T>
using members_of = boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

/// Calls `f` with the descriptor of each member, until one returns false.
template <class T, class F>
constexpr bool for_each_member(F f)
{
    return [&]<template <class...> class List, class... Member>(List<Member...>) {
        return (f(Member{}) && ...);
    }(members_of<T>{});
}

template <class T>
constexpr bool has_member(std::string_view name)
{
    return !for_each_member<T>([&](auto member) { return std::string_view(member.name) != name; });
}

template <class T>
struct checked_rules
{
    using type = typename member_rules_of<T>::type;
    static constexpr bool names_members =
        type::names_members([](std::string_view name) { return has_member<T>(name); });
    static_assert(names_members, "member_rules name a member that the description of the struct does not have");
};

template <class T>
using rules_of = typename checked_rules<T>::type;

/// The name of a member in the input and output.
template <class T, class Member>
constexpr std::string_view name_of() noexcept
{
    return rules_of<T>::name_of(Member::name);
}

} // namespace detail
} // namespace rill
