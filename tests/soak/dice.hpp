#pragma once

#include <chrono>
#include <cstddef>
#include <random>

namespace rill_soak {

/// Random numbers. The same seed gives the same numbers.
class dice
{
public:
    explicit dice(unsigned seed) : random_(seed) {}

    /// Returns a number from 0 to `below` - 1.
    std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }

    std::chrono::milliseconds between(std::size_t least, std::size_t most)
    {
        return std::chrono::milliseconds(least + pick(most - least + 1));
    }

private:
    std::mt19937 random_;
};

} // namespace rill_soak
