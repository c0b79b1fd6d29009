#pragma once

#include <boost/asio/cancellation_type.hpp>

namespace rill::detail {

/// What unwinder sends to a coroutine that goes on after its cancellation. No filter but cancellation_filter lets this
/// bit pass as a cancellation, so a coroutine that has chosen another filter since is left alone.
inline constexpr auto repeated_cancellation = static_cast<boost::asio::cancellation_type>(1U << 31);

/// Whether an operation of rill ends for this type. A filter may leave nothing of it.
constexpr bool ends_operation(boost::asio::cancellation_type type) noexcept
{
    using boost::asio::cancellation_type;
    return (type & (cancellation_type::terminal | cancellation_type::partial | cancellation_type::total)) !=
           cancellation_type::none;
}

/// The cancellation filter of the coroutines that rill starts: as asio::enable_terminal_cancellation, and a repeated
/// cancellation is a terminal one.
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

/// One repeated cancellation, as the operations that it reaches see it.
struct cancellation_round
{
    bool destroys;            ///< the coroutine has had its chances
    bool reached_one = false; ///< an operation of rill that ends promptly when it is cancelled

    static inline thread_local cancellation_round* current = nullptr;
};

/// For operations that end promptly when they are cancelled. True: the operation must destroy its completion handler,
/// which destroys the coroutine, instead of calling it.
inline bool destroys_coroutine() noexcept
{
    auto* round = cancellation_round::current;
    if (round == nullptr) {
        return false;
    }
    round->reached_one = true;
    return round->destroys;
}

} // namespace rill::detail
