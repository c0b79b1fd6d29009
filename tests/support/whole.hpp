#pragma once

#include <cstdlib>

namespace rill_test {

/// Returns the number of steps of a long test: `all`, or all / part under ThreadSanitizer. If the environment has the
/// variable RILL_WHOLE, the number is always `all`.
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
