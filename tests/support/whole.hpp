#pragma once

#include <cstdlib>

namespace rill_test {

/// How much of a long test to run: all of it, or, under ThreadSanitizer, every `part`-th step, unless RILL_WHOLE is set
/// in the environment.
template <class Count>
Count whole_or(Count all, [[maybe_unused]] Count part)
{
#if defined(__SANITIZE_THREAD__)
    return std::getenv("RILL_WHOLE") != nullptr ? all : all / part;
#else
    return all;
#endif
}

} // namespace rill_test
