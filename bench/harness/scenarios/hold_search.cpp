#include "harness/scenarios/hold_search.hpp"

namespace bench {

void hold_search::record(bool has_held, bool is_limited) noexcept
{
    const bool was_probe = next_ == attempt::probe;
    closes_ = false;
    next_ = std::nullopt;
    if (++attempts_ == max_attempts) {
        return;
    }
    if (has_held && was_probe) {
        next_ = attempt::measure;
    } else if (!has_held && is_limited) {
        closes_ = true;
        next_ = attempt::probe;
    }
}

} // namespace bench
