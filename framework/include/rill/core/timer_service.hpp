#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <rill/core/detail/timer_node.hpp>
#include <rill/core/error.hpp>
#include <type_traits>

namespace rill {

namespace detail {
class coalesced_post;
}

/// All timers of one worker: a timer wheel with ticks of 1 ms. One operating-system timer drives the wheel. Adding and
/// removing a timer is O(1) and never allocates. It is an execution-context service. Therefore a timer works in any
/// coroutine on that context.
///
/// Not thread-safe: belongs to the thread that runs the context. When the context is destroyed, all linked nodes are
/// fired with operation_aborted. This releases the resources of their handlers.
class timer_service : public boost::asio::execution_context::service
{
public:
    using clock = std::chrono::steady_clock;
    using key_type = timer_service;
    static boost::asio::execution_context::id id;

    ~timer_service() override;

    /// Returns the service of the context. The first call creates it.
    static timer_service& of(boost::asio::io_context& context);

    /// Whether the context has a timer service.
    static bool exists(const boost::asio::execution_context& context);

    /// Returns the time of the worker's clock, which is the steady clock or the manual clock. While timers are fired,
    /// the result is the time at which the firing began.
    clock::time_point now() const;

    /// Freezes now() for the lifetime of this object, in the same way as during the firing of timers. Use it for a loop
    /// that would otherwise read the clock thousands of times.
    class frozen_clock
    {
    public:
        explicit frozen_clock(timer_service& service);
        frozen_clock(const frozen_clock&) = delete;
        frozen_clock& operator=(const frozen_clock&) = delete;
        ~frozen_clock() { service_.still_ = outer_; }

    private:
        timer_service& service_;
        bool outer_;
    };

    /// Returns the service whose timers are being fired on this thread, or nullptr. This is faster than of().
    static timer_service* firing() noexcept { return firing_; }

    /// The longest wait. With a longer one, the sum with now() could overflow, and the timer would fire at once.
    static constexpr std::chrono::milliseconds longest_wait = std::chrono::hours(24 * 365 * 100);

    /// Returns now() plus `wait`, but at most plus longest_wait. The wait is limited before it is converted to the unit
    /// of the clock, because a long wait may exceed the range of that unit.
    template <class Duration>
    clock::time_point after(Duration wait) const
    {
        return now() + std::min<std::common_type_t<Duration, std::chrono::milliseconds>>(wait, longest_wait);
    }

    /// Fires `node` in the first tick at or after `when`, but not before the next tick. The node must not be linked.
    void add(timer_node& node, clock::time_point when)
    {
        node.deadline = when;
        add(node);
    }
    void add(timer_node& node);

    /// The same for a timer that needs no exact time. Rounds `when` up to a multiple of `grid`, counted from the start
    /// of the service. The timers of one grid then fire together, with one wake-up.
    /// @param grid at least 1 ms
    void add_on_grid(timer_node& node, clock::time_point when, std::chrono::milliseconds grid);

    /// Unlinks the node if it is linked, without firing it.
    static void remove(timer_node& node) noexcept;

    /// Unlinks the node and fires it with operation_aborted from the event loop, never inside this call.
    void abort(timer_node& node);

    /// Aborts all linked nodes. A worker calls it at its end, because its coroutines must not outlive it.
    void abort_all();

    /// Fires the nodes that abort() has deferred to the event loop. Call it from the event loop, outside any coroutine.
    void flush_aborted();

    /// Sets the window in which timers are fired together while the worker is busy. Each timer may be late by a
    /// sixteenth of its delay, but by at most `window`. This saves wake-ups here and at the clients. A wake-up costs
    /// more than the work that one stream does in it. 0: timers are not fired together.
    void set_coalescing(std::chrono::milliseconds window);

    /// Statistics of the time between the deadline of a timer and its firing.
    struct lateness
    {
        /// Bucket i counts timers that were at most 2^i ms late. The last bucket counts all others.
        static constexpr std::size_t buckets = 15;
        std::array<std::uint64_t, buckets> counts{};
        std::chrono::nanoseconds sum{0};

        void add(std::chrono::nanoseconds late) noexcept
        {
            const auto ns = late.count() > 1 ? static_cast<std::uint64_t>(late.count() - 1) : 0;
            const auto bucket = static_cast<std::size_t>(std::bit_width(ns / 1'000'000));
            ++counts[bucket < buckets ? bucket : buckets - 1];
            sum += late;
        }
    };
    /// The lateness of all timers since the service was created.
    const lateness& late() const noexcept { return late_; }

    /// Stops the clock at the next whole tick. After that, only advance() moves the clock. For tests.
    void use_manual_clock();

    /// The next time at which advance() has work to do. This is at or before the deadline of the first timer, because
    /// the wheel may have to move timers before that. clock::time_point::max() if there are no timers. For tests.
    clock::time_point next_work() const noexcept;

    /// Moves the manual clock and fires the timers that become due, in the order of their deadlines. This includes
    /// timers that are added during this call.
    void advance(clock::duration by);

private:
    struct driver;
    struct with_wheel;

    explicit timer_service(boost::asio::execution_context& context);

    void shutdown() noexcept override;
    with_wheel& self() noexcept;
    const with_wheel& self() const noexcept;
    std::uint64_t due_tick(clock::time_point when) const noexcept;
    std::uint64_t past_tick(clock::time_point when) const noexcept;
    std::uint64_t coalesced_tick(std::uint64_t tick, std::uint64_t delay) const noexcept;
    void post_flush() noexcept;
    void run_until(std::uint64_t tick);
    void count_lateness(const timer_node& node) noexcept;
    void arm() noexcept;
    void on_timer();
    void run_turn(std::uint64_t tick);

    clock::time_point start_;
    std::uint64_t armed_ = UINT64_MAX;
    std::uint64_t fired_ = 0; ///< number of timers fired in this turn
    lateness late_;
    clock::time_point fires_at_;   ///< the last time that was read from the clock while timers are fired
    std::uint64_t coalescing_ = 0; ///< in ticks
    bool busy_ = false;
    static inline thread_local timer_service* firing_ = nullptr;
    clock::time_point turn_;
    bool running_ = false;
    bool still_ = false; ///< now() returns turn_
    bool manual_ = false;
    clock::time_point manual_now_;
    std::unique_ptr<driver> driver_;
    std::unique_ptr<detail::coalesced_post> flushes_;
    std::unique_ptr<detail::coalesced_post> arms_;
};

} // namespace rill
