#pragma once

#include <cerrno>
#include <cstddef>
#include <new>
#include <sys/mman.h>
#include <system_error>

namespace bench {

/// An array in memory that this process shares with the child processes that it forks later. T must work across
/// processes. It must have no pointers and no process-local locks.
template <class T>
class shared_memory
{
public:
    explicit shared_memory(std::size_t count) : size_(count * sizeof(T))
    {
        void* memory = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) {
            throw std::system_error(errno, std::system_category(), "cannot map shared memory");
        }
        items_ = new (memory) T[count];
    }
    shared_memory(const shared_memory&) = delete;
    shared_memory& operator=(const shared_memory&) = delete;
    ~shared_memory() { ::munmap(items_, size_); } // T has only atomics and numbers, which need no destructor

    T& operator[](std::size_t index) noexcept { return items_[index]; }
    const T& operator[](std::size_t index) const noexcept { return items_[index]; }

private:
    std::size_t size_;
    T* items_;
};

} // namespace bench
