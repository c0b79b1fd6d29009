#pragma once

#include <cstdint>

namespace bench {

/// Checks that each event of a stream arrives once and in order. Stores the highest number and a bit set of the last 64
/// numbers, 16 bytes in total.
class sequence_check
{
public:
    enum class verdict : std::uint8_t
    {
        in_order,
        repeated,     ///< has arrived before
        out_of_order, ///< arrived after a higher number; also used if the number is too old to detect a repetition
    };
    struct outcome
    {
        verdict what = verdict::in_order;
        std::uint64_t missing = 0; ///< number of skipped numbers directly before this number
        bool was_missing = false;  ///< this number was skipped earlier
    };

    /// Checks numbers that increase by one. The first number can have any value.
    outcome check(std::uint64_t number) noexcept;

    /// Checks numbers that increase by any step. Such numbers are never missing.
    outcome check_order(std::uint64_t number) noexcept;

    bool has_begun() const noexcept { return seen_ != 0; }
    std::uint64_t highest() const noexcept { return highest_; }

private:
    outcome begin(std::uint64_t number) noexcept;

    std::uint64_t highest_ = 0;
    std::uint64_t seen_ = 0; ///< if bit i is set, highest_ - i has arrived
};

} // namespace bench
