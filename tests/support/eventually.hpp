#pragma once

#include <chrono>
#include <thread>

namespace rill_test {

/// Waits in real time until the condition is true. Returns false after the limit. The limit is long, so that the test
/// does not fail on a slow machine.
template <class Condition>
bool eventually(Condition&& condition, std::chrono::seconds limit = std::chrono::seconds(30))
{
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

} // namespace rill_test
