#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

/// Collects times. Thread-safe.
class latency
{
public:
    using clock = std::chrono::steady_clock;

    void add(clock::duration time);
    std::size_t count() const;
    /// "p50 0.10 ms, p99 0.90 ms, max 3.00 ms"
    std::string text() const;

private:
    mutable std::mutex mutex_;
    std::vector<clock::duration> times_;
};
