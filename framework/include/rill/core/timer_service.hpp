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
#include <rill/core/error.hpp>
#include <rill/core/timer_wheel.hpp>
#include <type_traits>

namespace rill {

namespace detail {
class coalesced_post;
}

/// All timers of one worker: a wheel of 1 ms ticks behind one operating-system timer. Adding and
/// cancelling are O(1) and never allocate. An execution-context service, so that a timer works in any coroutine on that
/// context.
///
/// Not thread-safe: belongs to the thread that runs the context. Nodes still linked when the context is destroyed are
/// fired with operation_aborted, so that what they hold is released.
class timer_service : public boost::asio::execution_context::service
{
public:
    using clock = std::chrono::steady_clock;
    using key_type = timer_service;
    static boost::asio::execution_context::id id;

    explicit timer_service(boost::asio::execution_context& context);
    ~timer_service() override;

    static timer_service& of(boost::asio::io_context& context);

    /// The time this worker lives by: the steady clock, or what the manual clock says. While timers are fired it is
    /// that of the turn's beginning.
    clock::time_point now() const;

    /// While it exists now() stands still, as it does while timers are fired: for loops that would ask it thousands of
    /// times.
    class standstill
    {
    public:
        explicit standstill(timer_service& service);
        standstill(const standstill&) = delete;
        standstill& operator=(const standstill&) = delete;
        ~standstill() { service_.still_ = outer_; }

    private:
        timer_service& service_;
        bool outer_;
    };

    /// The service whose timers are being fired on this thread, if any: found without a search.
    static timer_service* firing() noexcept { return firing_; }

    /// Nothing is to wait longer: added to the present time it would wrap around, and be over at once.
    static constexpr std::chrono::milliseconds longest_wait = std::chrono::hours(24 * 365 * 100);

    /// So long from now, cut to longest_wait: in the unit of `wait`, as a longer one may have no place in the clock's.
    template <class Duration>
    clock::time_point after(Duration wait) const
    {
        return now() + std::min<std::common_type_t<Duration, std::chrono::milliseconds>>(wait, longest_wait);
    }

    /// Fires `node` at the first tick at or after `when`, at the earliest in the next tick. The node must not be
    /// linked.
    void add(timer_node& node, clock::time_point when)
    {
        node.deadline = when;
        add(node);
    }
    void add(timer_node& node);

    /// Unlinks the node, if it is linked; its `fire` is not called.
    static void remove(timer_node& node) noexcept;

    /// Unlinks the node and fires it with operation_aborted from the event loop, never from inside this call.
    void abort(timer_node& node);

    /// As abort(), for all nodes that are linked: for the end of a worker, whose coroutines must not outlive it.
    void abort_all();

    /// Fires now what abort() has left for the event loop. Only to be called from the event loop, outside any
    /// coroutine.
    void drain_aborted();

    /// While the worker is busy, timers are fired together: each up to a sixteenth of its delay late, and at most
    /// `window`. A wake-up costs more than what a stream does in it, on our side and, for every event sent, on the
    /// receiver's. 0 turns it off.
    void coalescing(std::chrono::milliseconds window);

    /// How late timers were fired: after their deadline, also where the worker has worked on others meanwhile.
    struct lateness
    {
        /// Bucket i holds those up to 2^i ms late, the last one all others.
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
    /// Since the beginning.
    const lateness& late() const noexcept { return late_; }

    /// From now on time stands still at its present value and moves by advance() alone. For tests.
    void use_manual_clock();

    /// Moves the manual clock and fires, in order of their deadlines, what becomes due, including timers added
    /// meanwhile.
    void advance(clock::duration by);

private:
    struct driver;

    void shutdown() noexcept override;
    std::uint64_t due_tick(clock::time_point when) const noexcept;
    std::uint64_t meeting_tick(std::uint64_t tick, std::uint64_t delay) const noexcept;
    void post_drain() noexcept;
    void run_until(std::uint64_t tick);
    void count_lateness(const timer_node& node) noexcept;
    void arm() noexcept;
    void on_timer();

    timer_wheel wheel_; ///< everything due up to its current tick was fired
    timer_list aborted_;
    clock::time_point start_;
    std::uint64_t armed_ = UINT64_MAX;
    std::uint64_t fired_ = 0; ///< in this turn
    lateness late_;
    clock::time_point fires_at_; ///< the time, as asked now and then while timers are fired
    std::uint64_t coalescing_ = 50;
    bool busy_ = false;
    static inline thread_local timer_service* firing_ = nullptr;
    clock::time_point turn_;
    bool running_ = false;
    bool still_ = false; ///< now() is turn_
    bool manual_ = false;
    clock::time_point manual_now_;
    std::unique_ptr<driver> driver_;
    std::unique_ptr<detail::coalesced_post> drains_;
    std::unique_ptr<detail::coalesced_post> arms_;
};

} // namespace rill
