#pragma once

#include <atomic>

namespace rill_test {

/// An object in the frame of a handler. alive() returns the number of handlers whose frames are not destroyed yet.
class counted
{
public:
    counted() { ++count_; }
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;
    ~counted() { --count_; }

    static long alive() noexcept { return count_; }

private:
    static inline std::atomic<long> count_{0};
};

} // namespace rill_test
