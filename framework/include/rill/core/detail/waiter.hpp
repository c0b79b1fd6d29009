#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <cstddef>
#include <memory>
#include <new>
#include <rill/core/error.hpp>
#include <type_traits>
#include <utility>

namespace rill::detail {

/// One pending completion handler, `void(error_code)`, with its type erased. A coroutine's handler is two pointers, which fit
/// inside, so that waiting allocates nothing; a larger handler goes to the heap.
class waiter
{
public:
    waiter() = default;
    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;
    ~waiter() { reset(); }

    explicit operator bool() const noexcept { return invoke_ != nullptr; }

    template <class Handler>
    void emplace(Handler handler)
    {
        if constexpr (fits<Handler>) {
            ::new (static_cast<void*>(storage_)) Handler(std::move(handler));
            invoke_ = &invoke_inline<Handler>;
        } else {
            using box = std::unique_ptr<Handler>;
            ::new (static_cast<void*>(storage_)) box(std::make_unique<Handler>(std::move(handler)));
            invoke_ = &invoke_boxed<Handler>;
        }
    }

    /// Calls the handler; the waiter is empty (and may be gone) from then on.
    void complete(error_code ec) { std::exchange(invoke_, nullptr)(storage_, &ec); }

    /// Drops the handler without calling it.
    void reset()
    {
        if (invoke_ != nullptr) {
            std::exchange(invoke_, nullptr)(storage_, nullptr);
        }
    }

private:
    static constexpr std::size_t capacity = 2 * sizeof(void*);
    using invoke_fn = void (*)(void*, const error_code*);

    template <class Handler>
    static constexpr bool fits = sizeof(Handler) <= capacity && alignof(Handler) <= alignof(void*) &&
                                 std::is_nothrow_move_constructible_v<Handler>;

    template <class Handler>
    static void invoke_inline(void* storage, const error_code* ec)
    {
        auto* stored = std::launder(static_cast<Handler*>(storage));
        Handler handler(std::move(*stored));
        stored->~Handler();
        if (ec != nullptr) {
            handler(*ec);
        }
    }

    template <class Handler>
    static void invoke_boxed(void* storage, const error_code* ec)
    {
        using box = std::unique_ptr<Handler>;
        auto* stored = std::launder(static_cast<box*>(storage));
        box handler(std::move(*stored));
        stored->~box();
        if (ec != nullptr) {
            (*handler)(*ec);
        }
    }

    alignas(void*) std::byte storage_[capacity];
    invoke_fn invoke_ = nullptr;
};

/// The completion token that makes `co_await op` throw on error: the operation itself is what is awaited. rill's own
/// counterpart of asio::deferred, whose header would cost every user file compile time.
struct deferred_t
{
};

/// To be passed by reference: a temporary token would lie in the caller's coroutine frame.
inline constexpr deferred_t deferred{};

template <class Signature, class Initiation>
class [[nodiscard("an operation does nothing until it is awaited")]] deferred_operation
{
public:
    explicit deferred_operation(Initiation initiation) : initiation_(std::move(initiation)) {}

    template <class CompletionToken>
    auto operator()(CompletionToken&& token) &&
        -> decltype(boost::asio::async_initiate<CompletionToken, Signature>(std::declval<Initiation>(), token))
    {
        return boost::asio::async_initiate<CompletionToken, Signature>(std::move(initiation_), token);
    }

private:
    Initiation initiation_;
};

} // namespace rill::detail

template <class Signature>
class boost::asio::async_result<rill::detail::deferred_t, Signature>
{
public:
    template <class Initiation>
    static auto initiate(Initiation initiation, rill::detail::deferred_t)
    {
        return rill::detail::deferred_operation<Signature, Initiation>(std::move(initiation));
    }
};
