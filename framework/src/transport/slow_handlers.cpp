#include "transport/slow_handlers.hpp"

#include <algorithm>
#include <new>

namespace rill::transport {

// The coarse clock needs a fifth of the time of CLOCK_MONOTONIC. It has a resolution of a few milliseconds.
slow_handlers::time slow_handlers::now() noexcept
{
    timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

void slow_handlers::begin(std::string_view kind, std::string_view name) noexcept
{
    end();
    try {
        handler_.assign(kind).append(name);
    } catch (const std::bad_alloc&) { // without memory, the handler is not measured
        handler_.clear();
    }
    began_ = now();
    turn_ends_.post(context_, [this] { end(); });
}

void slow_handlers::end() noexcept
{
    if (handler_.empty()) {
        return;
    }
    const auto blocked = std::chrono::duration_cast<std::chrono::milliseconds>(now() - began_);
    if (blocked >= limit && reported_.size() < max_reported &&
        std::ranges::find(reported_, handler_) == reported_.end())
    {
        try {
            reported_.push_back(handler_);
            report_(handler_, blocked);
        } catch (const std::bad_alloc&) { // without memory, there is no report
        }
    }
    handler_.clear();
}

} // namespace rill::transport
