#include <rill/core/timer_service.hpp>

#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <new>
#include <rill/core/detail/first_failure.hpp>

#include "core/reserved_handler.hpp"

namespace rill {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds tick_length{1};

// Timers fired per tick, from which on a worker counts as busy.
constexpr std::uint64_t busy_density = 4;

// Between two of its events a stream's memory has left the caches, and fetching it costs more than all else that firing
// does: so it is asked for while the nodes before it work: the third next node with the coroutine frame around it, what
// the second points to, and what is behind that of the first.
void prefetch_following(const timer_list& nodes) noexcept
{
    const auto* link = nodes.next;
    if (link == &nodes) {
        return;
    }
    const auto& first = static_cast<const timer_node&>(*link);
    if (first.operations->prefetch_further != nullptr) {
        first.operations->prefetch_further(first);
    }
    link = link->next;
    if (link == &nodes) {
        return;
    }
    const auto& second = static_cast<const timer_node&>(*link);
    if (second.operations->prefetch != nullptr) {
        second.operations->prefetch(second);
    }
    constexpr std::ptrdiff_t line = 64;
    const auto* third = reinterpret_cast<const char*>(link->next);
    for (std::ptrdiff_t offset = -2 * line; offset <= 3 * line; offset += line) {
        __builtin_prefetch(third + offset);
    }
}

} // namespace

// The one operating-system timer behind the wheel, kept out of the header for the users' compile time.
struct timer_service::driver
{
    explicit driver(asio::io_context& context) : timer(context) {}

    asio::basic_waitable_timer<clock, asio::wait_traits<clock>, asio::io_context::executor_type> timer;
    std::shared_ptr<detail::reserved_memory> memory = std::make_shared<detail::reserved_memory>();
};

asio::execution_context::id timer_service::id;

timer_service::timer_service(asio::execution_context& context)
    : asio::execution_context::service(context), start_(clock::now()),
      driver_(std::make_unique<driver>(static_cast<asio::io_context&>(context))),
      drains_(std::make_unique<detail::coalesced_post>()), arms_(std::make_unique<detail::coalesced_post>())
{}

timer_service::~timer_service() = default;

timer_service& timer_service::of(asio::io_context& context)
{
    return asio::use_service<timer_service>(context);
}

void timer_service::shutdown() noexcept
{
    driver_.reset();
    drains_->never();
    wheel_.move_all(aborted_);
    detail::first_failure ignored; // of a user's completion handler: nobody is left to be told
    while (!aborted_.empty()) {
        ignored.run([this] { drain_aborted(); });
    }
}

void timer_service::abort_all()
{
    wheel_.move_all(aborted_);
    post_drain();
}

timer_service::clock::time_point timer_service::now() const
{
    return manual_ ? manual_now_ : still_ ? turn_ : clock::now();
}

timer_service::standstill::standstill(timer_service& service)
    : service_(service), outer_(std::exchange(service.still_, true))
{
    if (!outer_) {
        service.turn_ = clock::now();
    }
}

// Rounded up: a timer is never early.
std::uint64_t timer_service::due_tick(clock::time_point when) const noexcept
{
    const auto since = std::chrono::ceil<std::chrono::milliseconds>(when - start_) / tick_length;
    return static_cast<std::uint64_t>(std::max<std::int64_t>(since, 0));
}

// While the worker is busy, timers of about the same delay meet at multiples of a sixteenth of it, or somewhat less.
// The distances divide the periods that people choose, so that a stream's own beat stays even.
std::uint64_t timer_service::meeting_tick(std::uint64_t tick, std::uint64_t delay) const noexcept
{
    if (!busy_) {
        return tick;
    }
    for (const std::uint64_t apart : {100, 50, 20, 10, 5, 2}) {
        if (apart <= delay / 16 && apart <= coalescing_) {
            return (tick + apart - 1) / apart * apart;
        }
    }
    return tick;
}

void timer_service::add(timer_node& node)
{
    const auto due = std::max(due_tick(node.deadline), wheel_.current() + 1);
    const auto tick = meeting_tick(due, due - wheel_.current());
    wheel_.add(node, tick);
    if (!running_ && tick < armed_) {
        arm();
    }
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
    aborted_.push_back(node);
    post_drain();
}

void timer_service::post_drain() noexcept
{
    drains_->post(static_cast<asio::io_context&>(context()), [this] { drain_aborted(); });
}

void timer_service::drain_aborted()
{
    try {
        while (!aborted_.empty()) {
            auto& node = aborted_.front();
            node.unlink();
            node.operations->fire(node, asio::error::operation_aborted);
        }
    } catch (...) {
        post_drain(); // a handler that throws out of the event loop must not hold up the others
        throw;
    }
}

// In a turn of thousands the last are later than the first: the clock is asked again with every 64th.
void timer_service::count_lateness(const timer_node& node) noexcept
{
    if (fired_++ % 64 == 0 || manual_) {
        fires_at_ = manual_ ? manual_now_ : clock::now();
    }
    late_.add(std::max(fires_at_ - node.deadline, clock::duration::zero()));
}

void timer_service::run_until(std::uint64_t tick)
{
    // Also when a handler throws out of the event loop: the wheel goes on with the next call.
    struct running
    {
        timer_service& service;
        timer_service* outer = std::exchange(firing_, &service);
        standstill time{service};
        explicit running(timer_service& s) : service(s) { service.running_ = true; }
        ~running()
        {
            service.running_ = false;
            firing_ = outer;
        }
    } guard(*this);
    for (auto next = wheel_.next(); next.tick <= tick; next = wheel_.next()) {
        wheel_.go_to(next.tick);
        auto& nodes = wheel_.nodes(next);
        while (!nodes.empty()) {
            auto& node = nodes.front();
            node.unlink();
            if (next.level == 0) {
                prefetch_following(nodes);
                count_lateness(node);
                node.operations->fire(node, {});
            } else {
                // One level down, or due now. It has waited for long: it meets the others at the longest distance.
                wheel_.add(node, meeting_tick(std::max(due_tick(node.deadline), wheel_.current()), UINT64_MAX));
            }
        }
        // Not earlier: unlinking a node needs no wheel, and leaves the bit of an emptied slot behind.
        wheel_.emptied(next);
    }
    wheel_.go_to(std::max(wheel_.current(), tick));
}

void timer_service::coalescing(std::chrono::milliseconds window)
{
    coalescing_ = static_cast<std::uint64_t>(std::max<std::int64_t>(window.count(), 1));
}

void timer_service::on_timer()
{
    const auto now_tick = std::chrono::floor<std::chrono::milliseconds>(clock::now() - start_) / tick_length;
    const auto passed =
        static_cast<std::uint64_t>(now_tick) - std::min(wheel_.current(), static_cast<std::uint64_t>(now_tick));
    fired_ = 0;
    try {
        run_until(static_cast<std::uint64_t>(now_tick));
        busy_ = fired_ >= busy_density * passed;
    } catch (...) {
        arm();
        throw;
    }
    arm();
}

void timer_service::arm() noexcept
{
    const auto next = wheel_.next().tick;
    if (manual_ || !driver_ || next >= armed_) {
        return;
    }
    armed_ = next;
    driver_->timer.expires_at(start_ + static_cast<std::int64_t>(next) * tick_length);
    try {
        driver_->timer.async_wait(detail::reserved_handler(driver_->memory, [this](error_code ec) {
            if (!ec) { // otherwise it was armed anew for something earlier
                armed_ = UINT64_MAX;
                on_timer();
            }
        }));
    } catch (const std::bad_alloc&) { // the wait that this has cancelled has the reserved memory still
        armed_ = UINT64_MAX;
        arms_->post(static_cast<asio::io_context&>(context()), [this] { arm(); });
    }
}

void timer_service::use_manual_clock()
{
    manual_now_ = now();
    manual_ = true;
    driver_->timer.cancel();
}

void timer_service::advance(clock::duration by)
{
    manual_now_ += by;
    run_until(
        static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(manual_now_ - start_) / tick_length));
}

} // namespace rill
