#pragma once

#include <atomic>

namespace rill_test {

/// Counts the objects of this class that exist at the same time, e.g. one for each open stream.
class scope_count
{
public:
    explicit scope_count(std::atomic<int>& count) : count_(count) { ++count_; }
    scope_count(const scope_count&) = delete;
    scope_count& operator=(const scope_count&) = delete;
    ~scope_count() { --count_; }

private:
    std::atomic<int>& count_;
};

} // namespace rill_test
