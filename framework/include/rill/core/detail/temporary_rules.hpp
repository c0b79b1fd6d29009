#pragma once

#include <type_traits>

namespace rill::detail {

// g++ before version 13 destroys the captures of a temporary lambda, and the members of a temporary aggregate, twice in
// an expression with a co_await (GCC PR99576, PR100611, PR101976; docs/reference/compiler-traps.md).
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
inline constexpr bool destroys_temporaries_twice = true;
#else
inline constexpr bool destroys_temporaries_twice = false;
#endif

/// Whether an argument of type Argument&& may be part of a co_await expression with this compiler. This is true for a
/// named object and for a temporary with a trivial destructor.
template <class Argument>
inline constexpr bool may_be_temporary = !destroys_temporaries_twice || std::is_lvalue_reference_v<Argument> ||
                                         std::is_trivially_destructible_v<std::remove_reference_t<Argument>>;

} // namespace rill::detail
