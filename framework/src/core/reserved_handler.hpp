#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace rill::detail {

/// Memory for one of Asio's operations at a time, there before it is needed: what the event loop itself lives by must
/// not fail for want of memory. While it is taken, others come from the heap.
class reserved_memory
{
public:
    void* allocate(std::size_t size)
    {
        if (taken_ || size > sizeof bytes_) {
            return ::operator new(size);
        }
        taken_ = true;
        return bytes_;
    }
    void deallocate(void* memory) noexcept
    {
        if (memory == bytes_) {
            taken_ = false;
        } else {
            ::operator delete(memory);
        }
    }

private:
    alignas(std::max_align_t) std::byte bytes_[256];
    bool taken_ = false;
};

template <class T>
struct reserved_allocator
{
    using value_type = T;

    std::shared_ptr<reserved_memory> memory; // an operation may outlive who has started it

    explicit reserved_allocator(std::shared_ptr<reserved_memory> m) noexcept : memory(std::move(m)) {}
    template <class U>
    reserved_allocator(const reserved_allocator<U>& other) noexcept : memory(other.memory) // NOLINT: as allocators are
    {}

    T* allocate(std::size_t count) { return static_cast<T*>(memory->allocate(count * sizeof(T))); }
    void deallocate(T* p, std::size_t) noexcept { memory->deallocate(p); }

    friend bool operator==(const reserved_allocator&, const reserved_allocator&) = default;
};

/// A completion handler whose operation lies in reserved memory. Asio gives that back before it calls the handler,
/// which may so start the next one.
template <class Handler>
struct reserved_handler
{
    using allocator_type = reserved_allocator<void>;

    Handler handler;
    allocator_type allocator;

    reserved_handler(const std::shared_ptr<reserved_memory>& memory, Handler h)
        : handler(std::move(h)), allocator(memory)
    {}

    allocator_type get_allocator() const noexcept { return allocator; }

    template <class... Args>
    void operator()(Args&&... args)
    {
        handler(std::forward<Args>(args)...);
    }
};

} // namespace rill::detail
