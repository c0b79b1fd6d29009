#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <rill/core/error.hpp>
#include <type_traits>
#include <utility>

namespace rill::detail {

/// Storage for a completion handler of any type. The handler of a coroutine consists of two pointers. It is stored in
/// place, without an allocation. A larger handler is stored on the heap.
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

    /// Moves the handler out, and calls it if `ec` is not nullptr. The call may destroy the storage.
    template <class Handler>
    void take(const error_code* ec)
    {
        consume<Handler>([ec](Handler& handler) {
            if (ec != nullptr) {
                handler(*ec);
            }
        });
    }

    /// Moves the handler to another storage, which must be empty. *this is empty after the call.
    template <class Handler>
    void relocate(handler_storage& to) noexcept
    {
        if constexpr (fits<Handler>) {
            ::new (static_cast<void*>(to.bytes)) Handler(move_out<Handler>());
        } else {
            ::new (static_cast<void*>(to.bytes)) std::unique_ptr<Handler>(move_out<std::unique_ptr<Handler>>());
        }
    }

    /// Returns the stored handler. Only for a handler type that is stored in place.
    template <class Handler>
        requires fits<Handler>
    Handler& get() noexcept
    {
        return *std::launder(reinterpret_cast<Handler*>(bytes));
    }

    /// Moves the handler out and passes it to `use`.
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

/// One pending completion handler `void(error_code)`, or none.
class waiter
{
public:
    waiter() = default;
    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;
    ~waiter() { reset(); }

    /// Moves the handler of `other`, if it has one, to *this. *this must be empty.
    void take_over(waiter& other) noexcept
    {
        act_ = std::exchange(other.act_, nullptr);
        if (act_ != nullptr) {
            act_(other.storage_, nullptr, &storage_);
        }
    }

    explicit operator bool() const noexcept { return act_ != nullptr; }

    template <class Handler>
    void emplace(Handler handler)
    {
        storage_.put(std::move(handler));
        act_ = &act<Handler>;
    }

    /// Returns the handler if it has this type, otherwise nullptr. Only for a handler type that is stored in place.
    template <class Handler>
    Handler* get() noexcept
    {
        return act_ == &act<Handler> ? &storage_.template get<Handler>() : nullptr;
    }

    /// Calls the handler. The waiter is empty before the call. The call may destroy the waiter.
    void complete(error_code ec) { std::exchange(act_, nullptr)(storage_, &ec, nullptr); }

    /// Destroys the handler without calling it.
    void reset()
    {
        if (act_ != nullptr) {
            std::exchange(act_, nullptr)(storage_, nullptr, nullptr);
        }
    }

private:
    // If `to` is not nullptr, moves the handler there. Otherwise moves the handler out, and calls it if `ec` is not
    // nullptr.
    template <class Handler>
    static void act(handler_storage& storage, const error_code* ec, handler_storage* to)
    {
        if (to != nullptr) {
            storage.relocate<Handler>(*to);
        } else {
            storage.take<Handler>(ec);
        }
    }

    handler_storage storage_;
    void (*act_)(handler_storage&, const error_code*, handler_storage*) = nullptr;
};

} // namespace rill::detail
