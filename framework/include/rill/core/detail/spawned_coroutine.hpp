#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <rill/core/awaitable.hpp>

namespace rill::detail {

class timed_wait;
/// The unwinder has an entry for each cancelled coroutine. This is the part of the entry that spawned_coroutine uses.
struct cancellation_entry
{
    void* user_data = nullptr; ///< spawned_coroutine::user_data()
};

/// The data that the owner of a coroutine uses. spawn() creates it. It exists until the coroutine has ended.
///
/// Nearly all streams wait for a timer nearly all the time. With Asio's cancellation slot, each such wait would
/// allocate a handler (48 bytes during the wait, and about 40 ns for each event). Instead, `waiting` points to the
/// wait, and the owner aborts the wait. All other operations are cancelled through the slot.
struct spawned_coroutine
{
    asio::cancellation_slot slot{}; ///< cancels its operations
    timed_wait* waiting = nullptr;  ///< the rill timer that it waits for

    /// A pointer that the owner sets, to data that the coroutine uses each time it is resumed.
    void* user_data() const noexcept;
    void user_data(void* memory) noexcept;

    /// The address to prefetch before the coroutine is resumed: user_data(), or an unused address after a cancellation.
    const void* prefetch_address() const noexcept { return user_data_; }

    /// The entry of unwinder, or nullptr before a cancellation.
    cancellation_entry* cancelled() const noexcept
    {
        const bool holds_entry = (reinterpret_cast<std::uintptr_t>(user_data_) & 1) != 0;
        return holds_entry ? reinterpret_cast<cancellation_entry*>(user_data_ - 1) : nullptr;
    }
    /// Stores the entry. From then on, the entry holds user_data().
    void set_cancelled(cancellation_entry& entry) noexcept;
    /// Removes the entry and keeps user_data().
    void clear_cancelled() noexcept;

private:
    // This member holds one of two pointers, because a second member would cost memory in each stream. Before a
    // cancellation it is user_data(). After a cancellation it is the address of the entry with the lowest bit set, and
    // the entry holds user_data().
    std::byte* user_data_ = nullptr;
};

/// Called once, after a spawned coroutine has ended and its frame was destroyed. `error` is its exception, or null.
using spawn_done = void (*)(spawned_coroutine& coroutine, const std::exception_ptr& error);

/// The coroutine that runs on this thread, or nullptr if it is not known.
inline thread_local spawned_coroutine* running_coroutine = nullptr;

/// Sets running_coroutine for the lifetime of this object.
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
