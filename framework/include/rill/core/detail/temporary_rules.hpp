#pragma once

#include <type_traits>

namespace rill::detail {

// g++ before 13 destroys what a lambda has captured, and the members of an aggregate, twice, if the lambda or the
// aggregate is a temporary in an expression with a co_await (GCC PR99576, PR100611, PR101976; docs/guide.md, Compiler
// traps).
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
inline constexpr bool destroys_temporaries_twice = true;
#else
inline constexpr bool destroys_temporaries_twice = false;
#endif

/// Whether an argument of type Argument&& may be written inside a co_await expression with this compiler. A named
/// object may, and so may a temporary that has nothing to destroy.
template <class Argument>
inline constexpr bool may_be_temporary = !destroys_temporaries_twice || std::is_lvalue_reference_v<Argument> ||
                                         std::is_trivially_destructible_v<std::remove_reference_t<Argument>>;

} // namespace rill::detail
