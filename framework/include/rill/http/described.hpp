#pragma once

#include <boost/describe/bases.hpp>
#include <boost/describe/members.hpp>
#include <cstddef>
#include <rill/http/extract.hpp>
#include <string>
#include <string_view>
#include <type_traits>

namespace rill {

// ---- Structs that are read from a request. BOOST_DESCRIBE_STRUCT names their members and described base classes.
//
// A member may be missing if one of these conditions holds. It then keeps the value that it has in T{}:
// - its type has a value for "nothing": std::optional, std::unique_ptr, std::shared_ptr, boost::json::value, and
//   std::variant with std::monostate;
// - it is a bool;
// - its default is not the empty value of its type: `int words = 40`, `std::string model = "small"`;
// - it is a described struct of which every member may be missing;
// - the struct's member_rules list it as optional.
// Every other member is required. `int count = 0` is required as well: a default of zero cannot be distinguished from
// no default. Unknown members of the input are ignored.
//
// The rules of a struct change this. They are written in the struct:
//
//     struct order
//     {
//         std::string item;
//         int count = 0;
//
//         using member_rules = rill::member_rules<rill::only_known_members, rill::optional_members<"count">>;
//     };
//
// or outside of it, in a specialization of rill::member_rules_of<order>.

namespace detail {

// The default of each rule: it says nothing about any member.
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

/// Rule: these members may be missing. They then keep their default.
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

/// Rule: these members are required, although they have a default or are a bool or an optional.
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

/// Rule: the member has another name in the input and output, e.g. a keyword: `renamed_member<"class_", "class">`.
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

/// The rules of T: T::member_rules, if T has them. Specialize this for a struct that you cannot change.
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

/// Why a value could not be read.
struct read_error
{
    std::string path; ///< path to the value as a JSON pointer (RFC 6901), e.g. "/items/3/count"; empty: the whole input
    std::string reason; ///< what is allowed, e.g. "must be a whole number"

    /// Returns text such as "/items/3/count: must be a whole number". It repeats only names of the input, in the path:
    /// as printable ASCII, cut after 40 characters.
    std::string text() const;
};

namespace detail {

/// Sets the reason and returns false.
bool fail(read_error& error, std::string_view reason);
/// Adds a step at the front of the path and returns false.
bool step_back(read_error& error, std::string_view name);
bool step_back(read_error& error, std::size_t index);

/// The problem 422: the input is well-formed, but not what the handler takes.
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
