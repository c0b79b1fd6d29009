#pragma once

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace rill::detail {

/// Memory for one Asio operation at a time. It is allocated in advance, so that essential operations of the event loop
/// cannot fail because memory is missing. While the memory is in use, further operations allocate from the heap.
class reserved_memory
{
public:
    void* allocate(std::size_t size)
    {
        if (in_use_ || size > sizeof bytes_) {
            return ::operator new(size);
        }
        in_use_ = true;
        return bytes_;
    }
    void deallocate(void* memory) noexcept
    {
        if (memory == bytes_) {
            in_use_ = false;
        } else {
            ::operator delete(memory);
        }
    }

private:
    alignas(std::max_align_t) std::byte bytes_[256];
    bool in_use_ = false;
};

template <class T>
struct reserved_allocator
{
    using value_type = T;

    std::shared_ptr<reserved_memory> memory; // an operation may outlive the object that started it

    explicit reserved_allocator(std::shared_ptr<reserved_memory> m) noexcept : memory(std::move(m)) {}
    template <class U>
    reserved_allocator(const reserved_allocator<U>& other) noexcept : memory(other.memory) // NOLINT: is implicit
    {}

    T* allocate(std::size_t count) { return static_cast<T*>(memory->allocate(count * sizeof(T))); }
    void deallocate(T* p, std::size_t) noexcept { memory->deallocate(p); }

    friend bool operator==(const reserved_allocator&, const reserved_allocator&) = default;
};

/// Returns a completion handler whose operation is stored in reserved memory. Asio frees the memory before it calls the
/// handler. Therefore the handler may use the memory for the next operation.
template <class Handler>
auto reserved_handler(const std::shared_ptr<reserved_memory>& memory, Handler handler)
{
    return boost::asio::bind_allocator(reserved_allocator<void>(memory), std::move(handler));
}

/// Posts work to the next turn of an event loop, without an allocation. The work runs once in that turn, even if post()
/// was called several times.
class coalesced_post
{
public:
    template <class Work>
    void post(boost::asio::io_context& context, Work work) noexcept
    {
        if (!std::exchange(posted_, true)) {
            boost::asio::post(context, reserved_handler(memory_, [this, work = std::move(work)] {
                                  posted_ = false;
                                  work();
                              }));
        }
    }

    /// Makes every later post() do nothing. Called when the context is destroyed.
    void disable() noexcept { posted_ = true; }

private:
    std::shared_ptr<reserved_memory> memory_ = std::make_shared<reserved_memory>();
    bool posted_ = false;
};

} // namespace rill::detail
