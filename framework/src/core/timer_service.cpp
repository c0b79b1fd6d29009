#include <rill/core/timer_service.hpp>

#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <new>

#include "core/exception_collector.hpp"
#include "core/reserved_handler.hpp"
#include "core/timer_prefetch.hpp"
#include "core/timer_wheel.hpp"

namespace rill {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds tick_length{1};

// A worker that fires at least this number of timers per tick is busy.
constexpr std::uint64_t busy_density = 4;

/// Returns the first multiple of `step` that is not less than `tick`.
constexpr std::uint64_t round_up(std::uint64_t tick, std::uint64_t step) noexcept
{
    return (tick + step - 1) / step * step;
}

} // namespace

// The operating-system timer that drives the wheel. This file defines it, to keep the compile time of users' files low.
struct timer_service::driver
{
    explicit driver(asio::io_context& context) : timer(context) {}

    asio::basic_waitable_timer<clock, asio::wait_traits<clock>, asio::io_context::executor_type> timer;
    std::shared_ptr<detail::reserved_memory> memory = std::make_shared<detail::reserved_memory>();
};

// The members whose types public headers do not need. Every timer_service is an object of this class. Therefore self()
// is a static_cast, which costs nothing.
struct timer_service::with_wheel final : timer_service
{
    explicit with_wheel(asio::execution_context& context) : timer_service(context) {}

    detail::timer_wheel wheel; // all nodes that are due up to its current tick have fired
    detail::timer_list aborted;
};

asio::execution_context::id timer_service::id;

timer_service::timer_service(asio::execution_context& context)
    : asio::execution_context::service(context), start_(clock::now()),
      driver_(std::make_unique<driver>(static_cast<asio::io_context&>(context))),
      flushes_(std::make_unique<detail::coalesced_post>()), arms_(std::make_unique<detail::coalesced_post>())
{}

timer_service::~timer_service() = default;

timer_service::with_wheel& timer_service::self() noexcept
{
    return static_cast<with_wheel&>(*this);
}

const timer_service::with_wheel& timer_service::self() const noexcept
{
    return static_cast<const with_wheel&>(*this);
}

timer_service& timer_service::of(asio::io_context& context)
{
    return asio::use_service<with_wheel>(context);
}

bool timer_service::exists(const asio::execution_context& context)
{
    return asio::has_service<with_wheel>(const_cast<asio::execution_context&>(context));
}

void timer_service::shutdown() noexcept
{
    driver_.reset();
    flushes_->disable();
    auto& aborted = self().aborted;
    self().wheel.move_all(aborted);
    detail::exception_collector ignored; // no caller can receive an exception of a completion handler here
    while (!aborted.empty()) {
        ignored.run([this] { flush_aborted(); });
    }
}

void timer_service::abort_all()
{
    self().wheel.move_all(self().aborted);
    post_flush();
}

timer_service::clock::time_point timer_service::now() const
{
    return manual_ ? manual_now_ : still_ ? turn_ : clock::now();
}

timer_service::frozen_clock::frozen_clock(timer_service& service)
    : service_(service), outer_(std::exchange(service.still_, true))
{
    if (!outer_) {
        service.turn_ = clock::now();
    }
}

// Rounds up, so that a timer never fires early.
std::uint64_t timer_service::due_tick(clock::time_point when) const noexcept
{
    const auto since = std::chrono::ceil<std::chrono::milliseconds>(when - start_) / tick_length;
    return static_cast<std::uint64_t>(std::max<std::int64_t>(since, 0));
}

// The last tick that has passed at that time.
std::uint64_t timer_service::past_tick(clock::time_point when) const noexcept
{
    return static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(when - start_) / tick_length);
}

// While the worker is busy, rounds the tick up, so that timers of similar delays fire together. The step is at most a
// sixteenth of the delay. The steps divide common periods, so that the ticks of each stream remain regular.
std::uint64_t timer_service::coalesced_tick(std::uint64_t tick, std::uint64_t delay) const noexcept
{
    if (!busy_) {
        return tick;
    }
    for (const std::uint64_t step : {100, 50, 20, 10, 5, 2}) {
        if (step <= delay / 16 && step <= coalescing_) {
            return round_up(tick, step);
        }
    }
    return tick;
}

void timer_service::add(timer_node& node)
{
    auto& wheel = self().wheel;
    const auto due = std::max(due_tick(node.deadline), wheel.current() + 1);
    const auto tick = coalesced_tick(due, due - wheel.current());
    wheel.add(node, tick);
    if (!running_ && tick < armed_) {
        arm();
    }
}

// The deadline is the rounded time, because the statistics of lateness must not contain an intended delay.
void timer_service::add_on_grid(timer_node& node, clock::time_point when, std::chrono::milliseconds grid)
{
    const auto tick = round_up(due_tick(when), static_cast<std::uint64_t>(grid / tick_length));
    add(node, start_ + static_cast<std::int64_t>(tick) * tick_length);
}

void timer_service::remove(timer_node& node) noexcept
{
    if (node.linked()) {
        node.unlink();
    }
}

void timer_service::abort(timer_node& node)
{
    if (!node.linked()) {
        return;
    }
    node.unlink();
    self().aborted.push_back(node);
    post_flush();
}

void timer_service::post_flush() noexcept
{
    flushes_->post(static_cast<asio::io_context&>(context()), [this] { flush_aborted(); });
}

void timer_service::flush_aborted()
{
    auto& aborted = self().aborted;
    try {
        while (!aborted.empty()) {
            auto& node = aborted.front();
            node.unlink();
            node.operations->fire(node, asio::error::operation_aborted);
        }
    } catch (...) {
        post_flush(); // an exception of one handler must not delay the others
        throw;
    }
}

// In a turn that fires thousands of timers, the last timers fire later than the first ones. Therefore every 64th timer
// reads the clock.
void timer_service::count_lateness(const timer_node& node) noexcept
{
    if (fired_++ % 64 == 0 || manual_) {
        fires_at_ = manual_ ? manual_now_ : clock::now();
    }
    late_.add(std::max(fires_at_ - node.deadline, clock::duration::zero()));
}

void timer_service::run_until(std::uint64_t tick)
{
    // Restores the state even if a handler throws an exception. Then the next call continues with the wheel.
    struct running
    {
        timer_service& service;
        timer_service* outer = std::exchange(firing_, &service);
        frozen_clock time{service};
        explicit running(timer_service& s) : service(s) { service.running_ = true; }
        ~running()
        {
            service.running_ = false;
            firing_ = outer;
        }
    } guard(*this);
    auto& wheel = self().wheel;
    for (auto next = wheel.next(); next.tick <= tick; next = wheel.next()) {
        wheel.go_to(next.tick);
        auto& nodes = wheel.nodes(next);
        // A loop with while (!nodes.empty()) would need one more test for each timer.
        for (auto first = nodes.begin(); first != nodes.end(); first = nodes.begin()) {
            auto& node = *first;
            node.unlink();
            if (next.level == 0) {
                detail::prefetch_following(nodes);
                count_lateness(node);
                node.operations->fire(node, {});
            } else {
                detail::prefetch_after_next(nodes);
                // Moves the node to a lower level, or to the current tick. The node has waited long, so the largest
                // step is allowed.
                wheel.add(node, coalesced_tick(std::max(due_tick(node.deadline), wheel.current()), UINT64_MAX));
            }
        }
        // Unlinking a node does not change the wheel. Therefore the bit of the slot is still set and must be cleared
        // here.
        wheel.emptied(next);
    }
    wheel.go_to(std::max(wheel.current(), tick));
}

void timer_service::set_coalescing(std::chrono::milliseconds window)
{
    coalescing_ = static_cast<std::uint64_t>(std::max<std::int64_t>(window / tick_length, 0));
}

// Fires all timers up to the tick, and measures how busy the worker is.
void timer_service::run_turn(std::uint64_t tick)
{
    const auto passed = tick - std::min(self().wheel.current(), tick);
    fired_ = 0;
    run_until(tick);
    busy_ = fired_ >= busy_density * passed;
}

void timer_service::on_timer()
{
    try {
        run_turn(past_tick(clock::now()));
    } catch (...) {
        arm();
        throw;
    }
    arm();
}

void timer_service::arm() noexcept
{
    const auto next = self().wheel.next().tick;
    if (manual_ || !driver_ || next >= armed_) {
        return;
    }
    armed_ = next;
    driver_->timer.expires_at(start_ + static_cast<std::int64_t>(next) * tick_length);
    try {
        driver_->timer.async_wait(detail::reserved_handler(driver_->memory, [this](error_code ec) {
            if (!ec) { // otherwise the timer was armed again for an earlier deadline
                armed_ = UINT64_MAX;
                on_timer();
            }
        }));
    } catch (const std::bad_alloc&) { // the cancelled wait still uses the reserved memory
        armed_ = UINT64_MAX;
        arms_->post(static_cast<asio::io_context&>(context()), [this] { arm(); });
    }
}

void timer_service::use_manual_clock()
{
    const auto present = now();
    const auto& wheel = self().wheel;
    if (wheel.current() == 0 && wheel.next().tick == UINT64_MAX) { // the grid of timers begins with the manual clock
        start_ = present;
    }
    manual_now_ = start_ + std::chrono::ceil<std::chrono::milliseconds>(present - start_);
    manual_ = true;
    driver_->timer.cancel();
}

timer_service::clock::time_point timer_service::next_work() const noexcept
{
    const auto tick = self().wheel.next().tick;
    return tick == UINT64_MAX ? clock::time_point::max() : start_ + static_cast<std::int64_t>(tick) * tick_length;
}

void timer_service::advance(clock::duration by)
{
    manual_now_ += by;
    run_turn(past_tick(manual_now_));
}

} // namespace rill
