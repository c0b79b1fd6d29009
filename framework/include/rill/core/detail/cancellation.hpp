#pragma once

#include <boost/asio/cancellation_type.hpp>

namespace rill::detail {

/// The cancellation type that unwinder sends to a coroutine that continues after its cancellation. Only
/// cancellation_filter passes this bit on as a cancellation, so a coroutine that has set another filter is not
/// affected.
inline constexpr auto repeated_cancellation = static_cast<boost::asio::cancellation_type>(1U << 31);

/// Whether an operation of rill ends for this type. A filter may have cleared all bits.
constexpr bool ends_operation(boost::asio::cancellation_type type) noexcept
{
    using boost::asio::cancellation_type;
    return (type & (cancellation_type::terminal | cancellation_type::partial | cancellation_type::total)) !=
           cancellation_type::none;
}

/// The cancellation filter of coroutines that rill starts: asio::enable_terminal_cancellation, and a repeated
/// cancellation becomes a terminal one.
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

/// One repeated cancellation, as seen by the operations that it reaches.
struct cancellation_round
{
    bool destroys;                  ///< the coroutine is to be destroyed
    bool reached_operation = false; ///< the cancellation has reached an operation that ends promptly

    static inline thread_local cancellation_round* current = nullptr;
};

/// Called by operations that end promptly when they are canceled. If it returns true, the operation must destroy its
/// completion handler, which destroys the coroutine, instead of calling it.
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
