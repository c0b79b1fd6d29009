#pragma once

#include <cstdint>

namespace bench {

/// Whether the events of one stream come each once and in order. In 16 bytes: it knows the highest number and which of
/// the 64 up to it have come.
class sequence_check
{
public:
    enum class verdict : std::uint8_t
    {
        in_order,
        repeated,     ///< has come before
        out_of_order, ///< a higher one has come before. Also when it is so old that it may as well be a repetition
    };
    struct outcome
    {
        verdict what = verdict::in_order;
        std::uint64_t missing = 0; ///< so many numbers were left out just before this one
        bool was_missing = false;  ///< this one had been left out
    };

    /// Of numbers that rise by one. The first may be any.
    outcome check(std::uint64_t number) noexcept;

    /// Of numbers that rise by anything: none is ever missing.
    outcome check_order(std::uint64_t number) noexcept;

    bool has_begun() const noexcept { return seen_ != 0; }
    std::uint64_t highest() const noexcept { return highest_; }

private:
    outcome begin(std::uint64_t number) noexcept;

    std::uint64_t highest_ = 0;
    std::uint64_t seen_ = 0; ///< bit i: highest_ - i has come
};

} // namespace bench
