#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace rill::testing::detail {

/// The effect of a fault on an operation of a memory_socket.
struct operation_limit
{
    bool fails = false;
    std::size_t max_bytes = SIZE_MAX;
};

/// The state of a fault. The number of the first operation is 1.
struct fault_plan
{
    enum class type : unsigned char
    {
        none,
        fail,
        shorten,
        cut,
        schedule
    };

    type kind = type::none;
    std::uint64_t value = 0; ///< the operation, the number of bytes, or the seed
    std::mt19937_64 random{value};
    std::size_t operations = 0;
    std::size_t bytes_sent = 0;

    /// Counts an operation.
    operation_limit next_operation();

    /// Number of bytes that the server can still send on a connection that has sent `sent`.
    std::size_t left_before_cut(std::size_t sent) const noexcept;
};

} // namespace rill::testing::detail
