#include <algorithm>
#include <sys/epoll.h>

#include "harness/load_client.hpp"

// What load clients are ordered to do.
namespace bench {

namespace {

// At the end of a measurement, what was due so short a time ago may still come.
constexpr std::int64_t grace = 1'000'000'000;

} // namespace

void load_client::look_for_orders(std::int64_t now)
{
    if (const auto number = control_.number.load(std::memory_order_acquire); number != order_number_) {
        order_number_ = number;
        begin(control_.order);
    }
    if (order_.what != load_order::kind::none && carry_on(now)) {
        finish_order();
    }
}

void load_client::begin(const load_order& order)
{
    order_ = order;
    left_ = 0;
    results_.window = load_window();
    switch (order.what) {
    case load_order::kind::open:
        next_ = 0;
        break;
    case load_order::kind::measure:
        context_.from = order.from;
        context_.until = order.until;
        break;
    case load_order::kind::freeze:
        freeze();
        break;
    case load_order::kind::cut:
    case load_order::kind::none:
        break;
    }
}

// True when the order is carried out.
bool load_client::carry_on(std::int64_t now)
{
    if (control_.give_up.load(std::memory_order_relaxed)) {
        give_up_opening();
    }
    switch (order_.what) {
    case load_order::kind::open:
        return !has_to_open() && opening_count_ == 0;
    case load_order::kind::measure: {
        const auto until = std::min(order_.until, control_.end_early.load(std::memory_order_relaxed));
        if (now < until) {
            let_leave(now);
            return false;
        }
        end_measurement(until);
        return true;
    }
    case load_order::kind::cut:
        return carry_on_cut(now);
    case load_order::kind::freeze:
    case load_order::kind::none:
        break;
    }
    return true;
}

void load_client::finish_order()
{
    order_ = {};
    results_.done.store(order_number_, std::memory_order_release);
}

void load_client::end_measurement(std::int64_t until)
{
    context_.until = until;
    for (auto& one : streams_) {
        if (one.now == state::live) {
            one.check.end_measurement(grace, context_);
        }
    }
}

// --- those who leave ------------------------------------------------------------------------------------------------

// One after the other, so that all have their turn, and spread evenly over the time.
void load_client::let_leave(std::int64_t now)
{
    if (order_.leave_per_second <= 0 || now < order_.from) {
        return;
    }
    const auto per_second = order_.leave_per_second * static_cast<double>(streams_.size());
    const auto due = static_cast<std::uint64_t>(per_second * static_cast<double>(now - order_.from) / 1e9);
    for (std::size_t looked_at = 0; left_ < due && looked_at < streams_.size(); ++looked_at) {
        if (streams_[next_to_leave_].now == state::live) {
            leave(next_to_leave_, now);
            ++left_;
        }
        next_to_leave_ = (next_to_leave_ + 1) % static_cast<std::uint32_t>(streams_.size());
    }
}

void load_client::leave(std::uint32_t index, std::int64_t return_at)
{
    auto& one = streams_[index];
    counters_.left.add();
    counters_.live.subtract();
    close(one, order_.by_reset);
    one.check.reconnect();
    returning_.push_back({return_at, index});
}

// True when all are back, or time is up.
bool load_client::carry_on_cut(std::int64_t now)
{
    if (now >= order_.from && left_ == 0) {
        left_ = 1;
        for (std::uint32_t index = 0; index < streams_.size(); ++index) {
            if (streams_[index].now == state::live) {
                leave(index, now);
            }
        }
    }
    if (now >= order_.until) {
        give_up_opening();
    }
    return left_ != 0 && !has_to_open() && opening_count_ == 0;
}

// --- those who do not read ------------------------------------------------------------------------------------------

void load_client::freeze()
{
    for (std::uint32_t index = 0; index < streams_.size(); ++index) {
        auto& one = streams_[index];
        if (one.now == state::live && plan_.is_to_freeze(index)) {
            one.now = state::frozen;
            counters_.frozen.add();
            watch(index, EPOLL_CTL_MOD, EPOLLRDHUP);
        }
    }
}

// --- the end --------------------------------------------------------------------------------------------------------

void load_client::give_up_opening()
{
    counters_.failed[static_cast<std::size_t>(failure::not_opened)].add(streams_.size() - next_ + returning_.size());
    next_ = static_cast<std::uint32_t>(streams_.size());
    returning_.clear();
    order_.until = 0; // nobody tries again
    for (const auto index : opening_) {
        if (const auto& one = streams_[index]; one.is_opening()) {
            fail(index, one.now == state::connecting ? failure::connect_timeout : failure::no_answer);
        }
    }
    opening_.clear();
}

} // namespace bench
