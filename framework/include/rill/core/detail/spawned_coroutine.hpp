#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <cstdint>
#include <exception>
#include <rill/core/awaitable.hpp>

namespace rill::detail {

class timed_wait;
/// The part of unwinder's entry for a canceled coroutine that spawned_coroutine knows.
struct cancellation_entry
{
    void* user_data = nullptr; ///< spawned_coroutine::user_data()
};

/// The owner's view of a coroutine that spawn() has started. It exists until the coroutine has ended.
///
/// Nearly all streams wait for a timer nearly all the time. With Asio's cancellation slot, each such wait would
/// allocate a handler (48 bytes during the wait, and about 40 ns for each event). Instead, the wait stores itself in
/// `waiting`, and the owner aborts it. All other operations are canceled through the slot.
struct spawned_coroutine
{
    asio::cancellation_slot slot{}; ///< cancels its operations
    timed_wait* waiting = nullptr;  ///< the rill timer that it waits for

    /// A pointer that belongs to the owner: to data that the coroutine uses each time it is resumed.
    void* user_data() const noexcept;
    void user_data(void* memory) noexcept;

    /// The address to prefetch before the coroutine is resumed: user_data(), or an unused address after a cancellation.
    const void* prefetch_address() const noexcept { return reinterpret_cast<const void*>(user_data_); }

    /// The entry of unwinder, or nullptr before a cancellation.
    cancellation_entry* cancelled() const noexcept
    {
        return (user_data_ & 1) != 0 ? reinterpret_cast<cancellation_entry*>(user_data_ - 1) : nullptr;
    }
    /// Stores the entry, which then holds user_data().
    void set_cancelled(cancellation_entry& entry) noexcept;
    /// Removes the entry and keeps user_data().
    void clear_cancelled() noexcept;

private:
    // Each stream has this word, so it holds one of two pointers: user_data(), or the entry (lowest bit set), which
    // holds user_data() then.
    std::uintptr_t user_data_ = 0;
};

/// Called once when a spawned coroutine has ended and its frame is destroyed. `error` is its exception, or null.
using spawn_done = void (*)(spawned_coroutine& coroutine, const std::exception_ptr& error);

/// The coroutine that runs on this thread, if it is known.
inline thread_local spawned_coroutine* running_coroutine = nullptr;

/// Sets the running coroutine for its scope.
class resume_scope
{
public:
    explicit resume_scope(spawned_coroutine* coroutine) noexcept : previous_(running_coroutine)
    {
        running_coroutine = coroutine;
    }
    resume_scope(const resume_scope&) = delete;
    resume_scope& operator=(const resume_scope&) = delete;
    ~resume_scope() { running_coroutine = previous_; }

private:
    spawned_coroutine* previous_;
};

} // namespace rill::detail
