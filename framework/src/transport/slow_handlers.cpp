#include "transport/slow_handlers.hpp"

#include <algorithm>
#include <new>

namespace rill::transport {

// Coarse: it takes a fifth of the time, and is right to some milliseconds.
slow_handlers::time slow_handlers::now() noexcept
{
    timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

void slow_handlers::begins(std::string_view what, std::string_view name) noexcept
{
    look();
    try {
        who_.assign(what).append(name);
    } catch (const std::bad_alloc&) { // then it is not looked at
        who_.clear();
    }
    began_ = now();
    turn_ends_.post(context_, [this] { look(); });
}

void slow_handlers::look() noexcept
{
    if (who_.empty()) {
        return;
    }
    const auto blocked = std::chrono::duration_cast<std::chrono::milliseconds>(now() - began_);
    if (blocked >= limit && named_.size() < most_named && std::ranges::find(named_, who_) == named_.end()) {
        try {
            named_.push_back(who_);
            tell_(who_, blocked);
        } catch (const std::bad_alloc&) { // it can't be told
        }
    }
    who_.clear();
}

} // namespace rill::transport
