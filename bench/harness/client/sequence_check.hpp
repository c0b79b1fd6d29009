#pragma once

#include <cstdint>

namespace bench {

/// Checks that each event of a stream arrives once and in order. It stores the highest number and a bit set of the last
/// 64 numbers, 16 bytes in total.
class sequence_check
{
public:
    enum class verdict : std::uint8_t
    {
        in_order,
        repeated,     ///< arrived before
        out_of_order, ///< arrived after a higher number; also a number too old to know whether it is a repetition
    };
    struct outcome
    {
        verdict what = verdict::in_order;
        std::uint64_t missing = 0; ///< number of skipped numbers directly before this one
        bool was_missing = false;  ///< this number was skipped earlier
    };

    /// For numbers that rise by one. The first number can have any value.
    outcome check(std::uint64_t number) noexcept;

    /// For numbers that rise by any step: no number is ever missing.
    outcome check_order(std::uint64_t number) noexcept;

    bool has_begun() const noexcept { return seen_ != 0; }
    std::uint64_t highest() const noexcept { return highest_; }

private:
    outcome begin(std::uint64_t number) noexcept;

    std::uint64_t highest_ = 0;
    std::uint64_t seen_ = 0; ///< bit i: highest_ - i has arrived
};

} // namespace bench
