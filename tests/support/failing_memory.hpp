#pragma once

#include <cstdlib>
#include <new>

// Replaces operator new and operator delete of the whole test program. Only one of its files may include this header.

namespace rill_test {

/// Number of allocations of this thread that succeed before one fails. Negative: all succeed.
inline thread_local long allocations_left = -1;
/// True after an allocation has failed.
inline thread_local bool allocation_failed = false;

/// Called by every replaced allocation function. Returns true if the allocation must fail.
inline bool allocation_fails() noexcept
{
    if (allocations_left == 0) {
        allocations_left = -1; // only one allocation fails
        allocation_failed = true;
        return true;
    }
    allocations_left -= allocations_left > 0 ? 1 : 0;
    return false;
}

} // namespace rill_test

// Not inline: otherwise g++ reports that malloc() and free() do not match the operators.
[[gnu::noinline]] void* operator new(std::size_t size)
{
    void* memory = rill_test::allocation_fails() ? nullptr : std::malloc(size);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept
{
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}
