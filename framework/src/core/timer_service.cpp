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

// Between two of its events a stream's memory has left the caches, and fetching it costs more than all else that firing
// does: so it is asked for while the nodes before it work: the third next node with the coroutine frame around it, what
// the second points to, and what is behind that of the first.
void prefetch_following(const timer_link& head) noexcept
{
    const auto* link = head.next;
    if (link == &head) {
        return;
    }
    const auto& first = static_cast<const timer_node&>(*link);
    if (first.operations->prefetch_further != nullptr) {
        first.operations->prefetch_further(first);
    }
    link = link->next;
    if (link == &head) {
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
    std::for_each(near_.begin(), near_.end(), make_empty);
    for (auto& level : far_) {
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
    collect_all();
    drain_aborted();
}

void timer_service::abort_all()
{
    collect_all();
    post_drain();
}

void timer_service::collect_all() noexcept
{
    const auto collect = [this](timer_link& head) {
        while (!empty(head)) {
            auto& node = static_cast<timer_node&>(*head.next);
            unlink(node);
            push_back(aborted_, node);
        }
    };
    std::for_each(near_.begin(), near_.end(), collect);
    for (auto& level : far_) {
        std::for_each(level.begin(), level.end(), collect);
    }
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
    const auto due = std::max(due_tick(node.deadline), current_ + 1);
    const auto tick = meeting_tick(due, due - current_);
    link(node, tick);
    if (!running_ && tick < armed_) {
        arm();
    }
}

// The level is that of the highest bit in which the deadline differs from the present: everything on a level is due
// before anything on the level above.
void timer_service::link(timer_node& node, std::uint64_t tick) noexcept
{
    unsigned level = 0;
    auto slot = static_cast<unsigned>(tick & (near_slots - 1));
    if (tick - current_ >= near_slots) {
        const auto highest = static_cast<unsigned>(std::bit_width(tick ^ current_));
        level = std::min((highest - near_bits - 1) / far_bits + 1, far_levels);
        slot = static_cast<unsigned>(tick >> shift_of(level)) & (far_slots - 1);
    }
    push_back(head_of(level, slot), node);
    mark(level, slot);
}

void timer_service::mark(unsigned level, unsigned slot) noexcept
{
    if (level == 0) {
        near_occupied_[slot / 64] |= std::uint64_t{1} << (slot % 64);
        near_summary_ |= std::uint64_t{1} << (slot / 64);
    } else {
        far_occupied_[level - 1] |= std::uint64_t{1} << slot;
    }
}

void timer_service::unmark(unsigned level, unsigned slot) noexcept
{
    if (level == 0) {
        auto& word = near_occupied_[slot / 64];
        word &= ~(std::uint64_t{1} << (slot % 64));
        if (word == 0) {
            near_summary_ &= ~(std::uint64_t{1} << (slot / 64));
        }
    } else {
        far_occupied_[level - 1] &= ~(std::uint64_t{1} << slot);
    }
}

timer_link& timer_service::head_of(unsigned level, unsigned slot) noexcept
{
    return level == 0 ? near_[slot] : far_[level - 1][slot];
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
            node.operations->fire(node, asio::error::operation_aborted);
        }
    } catch (...) {
        post_drain(); // a handler that throws out of the event loop must not hold up the others
        throw;
    }
}

// The near level is a ring that begins at the present.
timer_service::expiry timer_service::next_near() const noexcept
{
    const auto now_slot = static_cast<unsigned>(current_ & (near_slots - 1));
    const auto now_word = now_slot / 64;
    const auto this_word = near_occupied_[now_word] >> (now_slot % 64);
    unsigned ahead = 0;
    if (this_word != 0) {
        ahead = static_cast<unsigned>(std::countr_zero(this_word));
    } else if (near_summary_ != 0) {
        // The words behind this one first; then, around the ring, those before it and the rest of this one.
        const auto behind = now_word + 1 < 64 ? near_summary_ >> (now_word + 1) << (now_word + 1) : 0;
        const auto word = static_cast<unsigned>(std::countr_zero(behind != 0 ? behind : near_summary_));
        const auto slot = word * 64 + static_cast<unsigned>(std::countr_zero(near_occupied_[word]));
        ahead = (slot - now_slot) & (near_slots - 1);
    } else {
        return {UINT64_MAX, 0, 0};
    }
    return {current_ + ahead, 0, (now_slot + ahead) & (near_slots - 1)};
}

timer_service::expiry timer_service::next_expiry() const noexcept
{
    const auto near = next_near();
    const auto above = [this](unsigned bits) { return current_ >> bits << bits; };
    for (unsigned level = 1; level <= far_levels; ++level) {
        if (const auto occupied = far_occupied_[level - 1]; occupied != 0) {
            const auto slot = static_cast<unsigned>(std::countr_zero(occupied));
            const auto tick = above(shift_of(level + 1)) | (std::uint64_t{slot} << shift_of(level));
            // At the same tick the far nodes first: some may be due in it.
            return near.tick < tick ? near : expiry{std::max(tick, current_), level, slot};
        }
    }
    return near;
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
    for (auto next = next_expiry(); next.tick <= tick; next = next_expiry()) {
        current_ = next.tick;
        auto& head = head_of(next.level, next.slot);
        while (!empty(head)) {
            auto& node = static_cast<timer_node&>(*head.next);
            unlink(node);
            if (next.level == 0) {
                prefetch_following(head);
                count_lateness(node);
                node.operations->fire(node, {});
            } else {
                // One level down, or due now. It has waited for long: it meets the others at the longest distance.
                link(node, meeting_tick(std::max(due_tick(node.deadline), current_), UINT64_MAX));
            }
        }
        // Not earlier: unlinking a node needs no wheel, and leaves the bit of an emptied slot behind.
        unmark(next.level, next.slot);
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
    run_until(
        static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(manual_now_ - start_) / tick_length));
}

} // namespace rill
