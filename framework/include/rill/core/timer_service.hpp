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

/// All timers of one worker: a wheel of 1 ms ticks that is driven by one operating-system timer. Adding and removing a
/// timer is O(1) and never allocates. An execution-context service, so that a timer works in any coroutine on that
/// context.
///
/// Not thread-safe: belongs to the thread that runs the context. Nodes that are linked when the context is destroyed
/// are fired with operation_aborted, which releases what their handlers hold.
class timer_service : public boost::asio::execution_context::service
{
public:
    using clock = std::chrono::steady_clock;
    using key_type = timer_service;
    static boost::asio::execution_context::id id;

    ~timer_service() override;

    /// The service of the context. The first call creates it.
    static timer_service& of(boost::asio::io_context& context);

    /// Whether the context has a timer service.
    static bool exists(const boost::asio::execution_context& context);

    /// The time of this worker: the steady clock or the manual clock. While timers are fired, it is the time at which
    /// firing began.
    clock::time_point now() const;

    /// Freezes now() for the lifetime of this object, as it is frozen while timers are fired. For loops that would read
    /// the clock thousands of times.
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

    /// The service whose timers are being fired on this thread, or nullptr. Finding it needs no search.
    static timer_service* firing() noexcept { return firing_; }

    /// The longest wait. now() plus a longer wait could overflow, and the timer would fire at once.
    static constexpr std::chrono::milliseconds longest_wait = std::chrono::hours(24 * 365 * 100);

    /// The time that is `wait` from now. The wait is cut to longest_wait in its own unit, because a longer one may
    /// exceed the range of the clock.
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

    /// Unlinks the node if it is linked, without firing it.
    static void remove(timer_node& node) noexcept;

    /// Unlinks the node and fires it with operation_aborted from the event loop, never inside this call.
    void abort(timer_node& node);

    /// Aborts all linked nodes. For the end of a worker: its coroutines must not outlive it.
    void abort_all();

    /// Fires the nodes that abort() has left for the event loop. To be called from the event loop, outside of any
    /// coroutine.
    void flush_aborted();

    /// Sets the window in which timers are fired together while the worker is busy: each timer may be late by a
    /// sixteenth of its delay, but by at most `window`. A wake-up costs more than the work of a stream in it, here and,
    /// for every event, at the receiver. 0: timers are not fired together.
    void set_coalescing(std::chrono::milliseconds window);

    /// How long after their deadline timers were fired.
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

    /// Stops the clock at the next whole tick. From then on, only advance() moves it. For tests.
    void use_manual_clock();

    /// The next time at which advance() has work to do. This is at or before the deadline of the first timer, because
    /// the wheel may have to move timers before that. clock::time_point::max() if there are no timers. For tests.
    clock::time_point next_work() const noexcept;

    /// Moves the manual clock and fires the timers that become due, in the order of their deadlines. This includes
    /// timers that are added meanwhile.
    void advance(clock::duration by);

private:
    struct driver;
    struct with_wheel;

    explicit timer_service(boost::asio::execution_context& context);

    void shutdown() noexcept override;
    with_wheel& self() noexcept;
    const with_wheel& self() const noexcept;
    std::uint64_t due_tick(clock::time_point when) const noexcept;
    std::uint64_t coalesced_tick(std::uint64_t tick, std::uint64_t delay) const noexcept;
    void post_flush() noexcept;
    void run_until(std::uint64_t tick);
    void count_lateness(const timer_node& node) noexcept;
    void arm() noexcept;
    void on_timer();

    clock::time_point start_;
    std::uint64_t armed_ = UINT64_MAX;
    std::uint64_t fired_ = 0; ///< number of timers fired in this turn
    lateness late_;
    clock::time_point fires_at_; ///< the clock as last read while timers are fired
    std::uint64_t coalescing_ = 50;
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
