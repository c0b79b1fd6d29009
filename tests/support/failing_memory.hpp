#pragma once

#include <cstdlib>
#include <new>

// Replaces the operators of the whole test program: for one file of each.

namespace rill_test {

/// How many more allocations of this thread succeed until one does not; less than 0: all.
inline thread_local long allocations_left = -1;
/// Whether it has come to that.
inline thread_local bool allocation_failed = false;

/// To be asked by whatever allocates.
inline bool allocation_fails() noexcept
{
    if (allocations_left == 0) {
        allocations_left = -1; // one of them
        allocation_failed = true;
        return true;
    }
    allocations_left -= allocations_left > 0 ? 1 : 0;
    return false;
}

} // namespace rill_test

// Not inline, lest g++ takes their malloc() and free() for a mismatch.
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
