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

/// Where a completion handler `void(error_code)` waits, its type erased. A coroutine's handler is two pointers, which
/// fit inside, so that waiting allocates nothing; a larger handler goes to the heap.
struct handler_storage
{
    alignas(void*) std::byte bytes[2 * sizeof(void*)];

    template <class Handler>
    static constexpr bool fits = sizeof(Handler) <= sizeof(bytes) && alignof(Handler) <= alignof(void*) &&
                                 std::is_nothrow_move_constructible_v<Handler>;

    template <class Handler>
    void put(Handler handler)
    {
        if constexpr (fits<Handler>) {
            ::new (static_cast<void*>(bytes)) Handler(std::move(handler));
        } else {
            ::new (static_cast<void*>(bytes)) std::unique_ptr<Handler>(std::make_unique<Handler>(std::move(handler)));
        }
    }

    /// Takes the handler out, and calls it if `ec` is given. The storage may be gone when this returns.
    template <class Handler>
    void take(const error_code* ec)
    {
        consume<Handler>([ec](Handler& handler) {
            if (ec != nullptr) {
                handler(*ec);
            }
        });
    }

    /// Takes the handler out and gives it to `use`.
    template <class Handler, class Use>
    void consume(Use&& use)
    {
        if constexpr (fits<Handler>) {
            Handler handler = move_out<Handler>();
            use(handler);
        } else {
            auto handler = move_out<std::unique_ptr<Handler>>();
            use(*handler);
        }
    }

private:
    template <class T>
    T move_out()
    {
        auto* stored = std::launder(reinterpret_cast<T*>(bytes));
        T value(std::move(*stored));
        stored->~T();
        return value;
    }
};

/// One pending completion handler, or none.
class waiter
{
public:
    waiter() = default;
    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;
    ~waiter() { reset(); }

    explicit operator bool() const noexcept { return take_ != nullptr; }

    template <class Handler>
    void emplace(Handler handler)
    {
        storage_.put(std::move(handler));
        take_ = [](handler_storage& storage, const error_code* ec) { storage.take<Handler>(ec); };
    }

    /// Calls the handler; the waiter is empty (and may be gone) from then on.
    void complete(error_code ec) { std::exchange(take_, nullptr)(storage_, &ec); }

    /// Drops the handler without calling it.
    void reset()
    {
        if (take_ != nullptr) {
            std::exchange(take_, nullptr)(storage_, nullptr);
        }
    }

private:
    handler_storage storage_;
    void (*take_)(handler_storage&, const error_code*) = nullptr;
};

/// The completion token that makes `co_await op` throw on error: the operation itself is what is awaited. rill's own
/// counterpart of asio::deferred, whose header would cost every user file compile time.
struct deferred_t
{};

/// To be passed by reference: a temporary token would lie in the caller's coroutine frame.
inline constexpr deferred_t deferred{};

template <class Signature, class Initiation>
class [[nodiscard("an operation does nothing until it is awaited")]] deferred_operation
{
public:
    explicit deferred_operation(Initiation initiation) : initiation_(std::move(initiation)) {}

    template <class CompletionToken>
    auto operator()(CompletionToken&& token) && -> decltype(boost::asio::async_initiate<CompletionToken, Signature>(
        std::declval<Initiation>(), token))
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
