#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <cstddef>
#include <rill/core/detail/spawned_coroutine.hpp>

namespace rill::detail {

/// The cancellation of one coroutine that spawn() has started. It is part of the coroutine's bottom frame. Asio alone
/// would allocate another block of 64 bytes for each coroutine.
///
/// asio::cancellation_state constructs its state in any type of slot. This class is the memory of such a slot. If the
/// coroutine calls asio::this_coro::reset_cancellation_state, Asio allocates the new state in parent_slot().
class coroutine_cancellation
{
public:
    /// `address` is the address of this object. It changes when the object moves to the frame of the coroutine, and
    /// must exist until connect().
    explicit coroutine_cancellation(coroutine_cancellation*& address) noexcept : address_(&address) { address = this; }
    /// Requires that `other` is not connected.
    coroutine_cancellation(coroutine_cancellation&& other) noexcept : address_(other.address_) { *address_ = this; }
    coroutine_cancellation& operator=(coroutine_cancellation&&) = delete;
    ~coroutine_cancellation() = default;

    /// Creates the state. From then on, this object must not move.
    asio::cancellation_state connect() noexcept;
    /// Destroys the state. Requires connect().
    void disconnect() noexcept;

    asio::cancellation_slot parent_slot() noexcept { return replaced_.slot(); }

    /// Cancels the pending operation of the coroutine. This may end the coroutine and destroy *this.
    void emit(asio::cancellation_type type);

    /// Returns the cancellation that is connected to the slot of the coroutine. Null if the coroutine has ended, or if
    /// co_spawn of Asio has started it.
    static coroutine_cancellation* of(const spawned_coroutine& coroutine) noexcept;

private:
    struct operations;
    struct in_place_slot;

    static const operations& state_operations() noexcept;

    static constexpr std::size_t state_size = 16;

    asio::cancellation_signal replaced_; // has a handler after reset_cancellation_state
    union {
        coroutine_cancellation** address_; // before connect()
        alignas(void*) std::byte state_[state_size];
    };
};

/// The signal of a coroutine that co_spawn of Asio has started. It must exist until co_spawn has completed. Belongs to
/// the thread of the coroutine.
class public_cancellation
{
public:
    explicit public_cancellation(const spawned_coroutine& coroutine);
    public_cancellation(const public_cancellation&) = delete;
    public_cancellation& operator=(const public_cancellation&) = delete;
    ~public_cancellation();

    asio::cancellation_signal signal;

private:
    const spawned_coroutine* coroutine_;
};

/// Emits the cancellation of the coroutine, if the coroutine runs. The coroutine may end inside the call.
void emit_cancellation(const spawned_coroutine& coroutine, asio::cancellation_type type);

} // namespace rill::detail
