#include <rill/core/timer_service.hpp>

#include <algorithm>
#include <bit>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

namespace rill {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds tick_length{1};

// Timers fired per tick, from which on a worker counts as busy.
constexpr std::uint64_t busy_density = 4;

void make_empty(timer_link& head) noexcept
{
    head.prev = head.next = &head;
}

bool empty(const timer_link& head) noexcept
{
    return head.next == &head;
}

// Between two of its events a stream's memory has left the caches, and fetching it costs more than all else that firing does:
// so the next node, and the coroutine frame around it, is asked for while the present one works.
void prefetch(const timer_link* next) noexcept
{
    constexpr std::ptrdiff_t line = 64;
    const auto* node = reinterpret_cast<const char*>(next);
    for (std::ptrdiff_t offset = -2 * line; offset <= 3 * line; offset += line) {
        __builtin_prefetch(node + offset);
    }
}

void push_back(timer_link& head, timer_link& node) noexcept
{
    node.prev = head.prev;
    node.next = &head;
    head.prev->next = &node;
    head.prev = &node;
}

} // namespace

// The one operating-system timer behind the wheel, kept out of the header for the users' compile time.
struct timer_service::driver
{
    explicit driver(asio::io_context& context) : timer(context) {}

    asio::basic_waitable_timer<clock, asio::wait_traits<clock>, asio::io_context::executor_type> timer;
};

asio::execution_context::id timer_service::id;

timer_service::timer_service(asio::execution_context& context)
    : asio::execution_context::service(context), start_(clock::now()),
      driver_(std::make_unique<driver>(static_cast<asio::io_context&>(context)))
{
    for (auto& level : wheel_) {
        std::for_each(level.begin(), level.end(), make_empty);
    }
    make_empty(aborted_);
}

timer_service::~timer_service() = default;

timer_service& timer_service::of(asio::io_context& context)
{
    return asio::use_service<timer_service>(context);
}

void timer_service::shutdown() noexcept
{
    driver_.reset();
    for (auto& level : wheel_) {
        for (auto& head : level) {
            while (!empty(head)) {
                auto& node = static_cast<timer_node&>(*head.next);
                unlink(node);
                push_back(aborted_, node);
            }
        }
    }
    drain_aborted();
}

timer_service::clock::time_point timer_service::now() const
{
    return manual_ ? manual_now_ : clock::now();
}

// Rounded up: a timer is never early.
std::uint64_t timer_service::due_tick(clock::time_point when) const noexcept
{
    const auto since = std::chrono::ceil<std::chrono::milliseconds>(when - start_) / tick_length;
    return static_cast<std::uint64_t>(std::max<std::int64_t>(since, 0));
}

void timer_service::add(timer_node& node)
{
    auto tick = std::max(due_tick(node.deadline), current_ + 1);
    if (busy_) {
        tick = (tick + coalescing_ - 1) / coalescing_ * coalescing_;
    }
    link(node, tick);
    if (!running_ && tick < armed_) {
        arm();
    }
}

// The level is that of the highest bit in which the deadline differs from the present: everything on a level is due before
// anything on the level above.
void timer_service::link(timer_node& node, std::uint64_t tick) noexcept
{
    const auto differs = (tick ^ current_) | (slots - 1);
    const auto level = std::min<unsigned>((std::bit_width(differs) - 1) / slot_bits, levels - 1);
    const auto slot = (tick >> (level * slot_bits)) & (slots - 1);
    push_back(wheel_[level][slot], node);
    occupied_[level] |= std::uint64_t{1} << slot;
}

void timer_service::unlink(timer_node& node) noexcept
{
    node.prev->next = node.next;
    node.next->prev = node.prev;
    node.prev = node.next = nullptr;
}

void timer_service::remove(timer_node& node) noexcept
{
    if (node.linked()) {
        unlink(node);
    }
}

void timer_service::abort(timer_node& node)
{
    if (!node.linked()) {
        return;
    }
    unlink(node);
    push_back(aborted_, node);
    post_drain();
}

void timer_service::post_drain()
{
    if (!drain_posted_) {
        drain_posted_ = true;
        asio::post(static_cast<asio::io_context&>(context()), [this] {
            drain_posted_ = false;
            drain_aborted();
        });
    }
}

void timer_service::drain_aborted()
{
    try {
        while (!empty(aborted_)) {
            auto& node = static_cast<timer_node&>(*aborted_.next);
            unlink(node);
            node.fire(node, asio::error::operation_aborted);
        }
    } catch (...) {
        post_drain(); // a handler that throws out of the event loop must not hold up the others
        throw;
    }
}

timer_service::expiry timer_service::next_expiry() const noexcept
{
    for (unsigned level = 0; level < levels; ++level) {
        if (occupied_[level] != 0) {
            const auto slot = static_cast<unsigned>(std::countr_zero(occupied_[level]));
            const auto shift = level * slot_bits;
            const auto above = current_ >> (shift + slot_bits) << (shift + slot_bits);
            return {std::max(above | (std::uint64_t{slot} << shift), current_), level, slot};
        }
    }
    return {UINT64_MAX, 0, 0};
}

void timer_service::run_until(std::uint64_t tick)
{
    // Also when a handler throws out of the event loop: the wheel goes on with the next call.
    struct running
    {
        bool& flag;
        explicit running(bool& f) : flag(f) { flag = true; }
        ~running() { flag = false; }
    } guard(running_);
    for (auto next = next_expiry(); next.tick <= tick; next = next_expiry()) {
        current_ = next.tick;
        auto& head = wheel_[next.level][next.slot];
        while (!empty(head)) {
            auto& node = static_cast<timer_node&>(*head.next);
            unlink(node);
            if (next.level == 0) {
                prefetch(head.next->next);
                ++fired_;
                node.fire(node, {});
            } else {
                link(node, std::max(due_tick(node.deadline), current_)); // one level down, or due now
            }
        }
        // Not earlier: unlinking a node needs no wheel, and leaves the bit of an emptied slot behind.
        occupied_[next.level] &= ~(std::uint64_t{1} << next.slot);
    }
    current_ = std::max(current_, tick);
}

void timer_service::coalescing(std::chrono::milliseconds window)
{
    coalescing_ = static_cast<std::uint64_t>(std::max<std::int64_t>(window.count(), 1));
}

void timer_service::on_timer()
{
    const auto now_tick = std::chrono::floor<std::chrono::milliseconds>(clock::now() - start_) / tick_length;
    const auto passed = static_cast<std::uint64_t>(now_tick) - std::min(current_, static_cast<std::uint64_t>(now_tick));
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

void timer_service::arm()
{
    const auto next = next_expiry().tick;
    if (manual_ || !driver_ || next >= armed_) {
        return;
    }
    armed_ = next;
    driver_->timer.expires_at(start_ + static_cast<std::int64_t>(next) * tick_length);
    driver_->timer.async_wait([this](error_code ec) {
        if (!ec) { // otherwise it was armed anew for something earlier
            armed_ = UINT64_MAX;
            on_timer();
        }
    });
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
    run_until(static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(manual_now_ - start_) / tick_length));
}

} // namespace rill
