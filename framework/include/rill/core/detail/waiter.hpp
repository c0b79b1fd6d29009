#pragma once

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

} // namespace rill::detail
