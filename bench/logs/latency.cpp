#include "latency.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

void latency::add(clock::duration time)
{
    const std::lock_guard lock(mutex_);
    times_.push_back(time);
}

std::size_t latency::count() const
{
    const std::lock_guard lock(mutex_);
    return times_.size();
}

std::string latency::text() const
{
    const std::lock_guard lock(mutex_);
    if (times_.empty()) {
        return "no event";
    }
    auto sorted = times_;
    std::ranges::sort(sorted);
    const auto at = [&](double share) {
        const auto index = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1));
        return std::chrono::duration<double, std::milli>(sorted[index]).count();
    };
    std::array<char, 128> line{};
    std::snprintf(line.data(), line.size(), "p50 %.2f ms, p99 %.2f ms, max %.2f ms", at(0.5), at(0.99), at(1));
    return line.data();
}
