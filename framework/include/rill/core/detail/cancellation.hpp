#pragma once

#include <boost/asio/cancellation_type.hpp>

namespace rill::detail {

/// The cancellation type that unwinder sends to a coroutine that continues after its cancellation. Only
/// cancellation_filter converts this bit to a cancellation. A coroutine that has set another filter is not affected.
inline constexpr auto repeated_cancellation = static_cast<boost::asio::cancellation_type>(1U << 31);

/// Whether a cancellation of this type ends an operation of rill. `type` may be none, because a filter may clear all
/// bits.
constexpr bool ends_operation(boost::asio::cancellation_type type) noexcept
{
    using boost::asio::cancellation_type;
    return (type & (cancellation_type::terminal | cancellation_type::partial | cancellation_type::total)) !=
           cancellation_type::none;
}

/// The cancellation filter of coroutines that rill starts. It does the same as asio::enable_terminal_cancellation. In
/// addition, it converts a repeated cancellation to a terminal one.
struct cancellation_filter
{
    constexpr boost::asio::cancellation_type operator()(boost::asio::cancellation_type type) const noexcept
    {
        using boost::asio::cancellation_type;
        return (type & (cancellation_type::terminal | repeated_cancellation)) != cancellation_type::none
                   ? cancellation_type::terminal
                   : cancellation_type::none;
    }
};

/// The state of one repeated cancellation. The operations that it reaches read and change this state.
struct cancellation_round
{
    bool destroys;                  ///< whether the coroutine must be destroyed
    bool reached_operation = false; ///< whether it has reached an operation that ends promptly

    static inline thread_local cancellation_round* current = nullptr;
};

/// Operations that end promptly on a cancellation call this function. If it returns true, the operation must not call
/// its completion handler. It must destroy the handler, and this destroys the coroutine.
inline bool destroys_coroutine() noexcept
{
    auto* round = cancellation_round::current;
    if (round == nullptr) {
        return false;
    }
    round->reached_operation = true;
    return round->destroys;
}

} // namespace rill::detail
