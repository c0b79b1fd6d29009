#include "redis/readers.hpp"

#include <algorithm>

namespace rill::redis::detail {

void readers::add(pubsub::backplane::reader& target, std::size_t max_past_events)
{
    const std::lock_guard lock(mutex_);
    subscription added;
    added.target = &target;
    added.progress.ticket = ++tickets_;
    added.progress.max_past_events = max_past_events;
    all_.push_back(added);
}

void readers::remove(pubsub::backplane::reader& target)
{
    const std::lock_guard lock(mutex_);
    std::erase_if(all_, [&](const subscription& one) { return one.target == &target; });
}

readers::subscription* readers::find(unsigned ticket) noexcept
{
    const auto found = std::ranges::find(all_, ticket, [](const subscription& one) { return one.progress.ticket; });
    return found == all_.end() ? nullptr : &*found;
}

void readers::gap(subscription& to, std::uint64_t number)
{
    to.target->on_gap({std::to_string(number), number});
    to.progress.position = number;
    state_.count_gap();
}

void readers::pass(subscription& to, const stream_entry& entry)
{
    auto& position = to.progress.position;
    if (entry.number <= position) { // also an entry of another program
        return;
    }
    if (entry.begins_epoch) {
        gap(to, entry.number);
        return;
    }
    if (entry.number != position + 1) {
        gap(to, entry.number - 1);
    }
    auto draft = entry.event.draft();
    if (!draft) {
        state_.report("stream", "the entry " + entry.id + " is not an event: " + draft.error().message());
        gap(to, entry.number);
        return;
    }
    to.target->on_event(std::move(*draft), std::to_string(entry.number), entry.number);
    position = entry.number;
}

void readers::join_if_reached(subscription& one)
{
    if (one.progress.has_begun && !one.is_live && live_position_ != 0) {
        if (one.progress.position < epoch_) {
            gap(one, epoch_);
        }
        one.is_live = one.progress.position >= live_position_;
    }
}

void readers::begin_live(std::uint64_t epoch, std::uint64_t position)
{
    const std::lock_guard lock(mutex_);
    epoch_ = epoch;
    live_position_ = position;
    state_.set_position(position);
}

void readers::skip_to(std::uint64_t number)
{
    const std::lock_guard lock(mutex_);
    live_position_ = std::max(live_position_, number);
    for (auto& one : all_) {
        if (one.is_live && one.progress.position < number) {
            gap(one, number);
        }
    }
    state_.set_position(live_position_);
}

void readers::pass_live(const std::vector<stream_entry>& entries)
{
    const std::lock_guard lock(mutex_);
    for (const auto& entry : entries) {
        for (auto& one : all_) {
            if (one.is_live) {
                pass(one, entry);
            }
        }
        live_position_ = std::max(live_position_, entry.number);
        if (entry.begins_epoch) {
            epoch_ = std::max(epoch_, entry.number);
        }
    }
    state_.set_position(live_position_);
}

std::optional<readers::behind> readers::next_behind()
{
    const std::lock_guard lock(mutex_);
    for (auto& one : all_) {
        join_if_reached(one);
        if (!one.is_live) {
            return one.progress;
        }
    }
    return std::nullopt;
}

void readers::begin(unsigned ticket, std::uint64_t position)
{
    const std::lock_guard lock(mutex_);
    if (auto* one = find(ticket)) {
        one->target->on_begin({std::to_string(position), position});
        one->progress.position = position;
        one->progress.has_begun = true;
        join_if_reached(*one);
    }
}

void readers::pass_past(unsigned ticket, const std::vector<stream_entry>& entries)
{
    const std::lock_guard lock(mutex_);
    auto* one = find(ticket);
    if (one == nullptr) {
        return;
    }
    for (const auto& entry : entries) {
        if (entry.number <= live_position_) {
            pass(*one, entry);
        }
    }
    join_if_reached(*one);
}

void readers::skip_past(unsigned ticket)
{
    const std::lock_guard lock(mutex_);
    if (auto* one = find(ticket)) {
        if (one->progress.position < live_position_) {
            gap(*one, live_position_);
        }
        join_if_reached(*one);
    }
}

} // namespace rill::redis::detail
