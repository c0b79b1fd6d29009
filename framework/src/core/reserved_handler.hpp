#pragma once

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
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
auto reserved_handler(const std::shared_ptr<reserved_memory>& memory, Handler handler)
{
    return boost::asio::bind_allocator(reserved_allocator<void>(memory), std::move(handler));
}

/// Work for the next turn of an event loop: once, however often it is asked for until then, and without an allocation.
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

    /// Nothing is posted any more: there will be no turn.
    void never() noexcept { posted_ = true; }

private:
    std::shared_ptr<reserved_memory> memory_ = std::make_shared<reserved_memory>();
    bool posted_ = false;
};

} // namespace rill::detail
