#include "pubsub/replay_buffer.hpp"

#include <algorithm>
#include <rill/core/detail/saturated.hpp>

#include "http/whole_number.hpp"

namespace rill::pubsub::detail {

namespace {

// The buffer may keep this number of replaced events, because their removal must visit all events.
constexpr std::size_t max_replaced = 64;

} // namespace

std::optional<std::uint64_t> replay_buffer::number_of(std::string_view id) noexcept
{
    const bool is_one_spelling = id.size() == 1 || !id.starts_with('0');
    return is_one_spelling ? rill::detail::whole_number<std::uint64_t>(id) : std::nullopt;
}

replay_buffer::replay_buffer(const settings& s)
    : settings_(s), max_age_(rill::detail::saturated<clock::duration>(s.limits.max_age)), lost_sequence_(s.start)
{
    settings_.limits.max_events = std::max<std::size_t>(s.limits.max_events, 1);
}

replay_buffer::position replay_buffer::append(encoded_event e, std::uint64_t sequence, clock::time_point now)
{
    const auto size = e.footprint();
    entries_.push_back({std::move(e), end_, sequence, total_bytes_, now});
    try {
        const auto& added = entries_.back().event;
        if (settings_.ids == id_kind::opaque) {
            remember_id(added.id(), sequence);
        }
        if (settings_.latest_per_key && !added.key().empty()) {
            replace(added.key());
        }
    } catch (...) { // memory is exhausted; restore the buffer
        entries_.pop_back();
        throw;
    }
    total_bytes_ += size;
    bytes_ += size;
    ++live_;
    drop_replaced();
    while (live_ > settings_.limits.max_events || (bytes_ > settings_.limits.max_bytes && live_ > 1)) {
        drop_oldest();
    }
    expire(now);
    return end_++;
}

// The newest event has this key and owns the text of the key. It replaces the older event of the same key. The older
// event then takes no memory and does not count for the limits.
void replay_buffer::replace(std::string_view key)
{
    const auto [found, added] = latest_.try_emplace(key, end_);
    if (added) {
        return;
    }
    auto& old = entries_[static_cast<std::size_t>(find(found->second) - entries_.begin())];
    auto renamed = latest_.extract(found); // the old event owns the text of this key and is about to be destroyed
    renamed.key() = key;
    renamed.mapped() = end_;
    latest_.insert(std::move(renamed));
    bytes_ -= old.event.footprint();
    --live_;
    old.event = {};
}

void replay_buffer::drop_oldest()
{
    auto& oldest = entries_.front();
    if (settings_.latest_per_key && !oldest.event.key().empty()) {
        latest_.erase(oldest.event.key());
    }
    bytes_ -= oldest.event.footprint();
    --live_;
    lost_until_ = oldest.at + 1;
    lost_sequence_ = oldest.sequence;
    entries_.pop_front();
    drop_replaced();
}

// Removes replaced events at the front at once. Removes all other replaced events when they are the majority.
void replay_buffer::drop_replaced()
{
    while (!entries_.empty() && !entries_.front().event) {
        entries_.pop_front();
    }
    if (entries_.size() > 2 * live_ + max_replaced) {
        std::erase_if(entries_, [](const entry& e) { return !e.event; });
    }
}

void replay_buffer::remember_id(std::string_view id, std::uint64_t sequence)
{
    known_ids_.push_back({std::string(id), sequence});
    sequences_.erase(id); // if the log repeats an id, the id belongs to the newer event
    sequences_.emplace(known_ids_.back().id, sequence);
    if (known_ids_.size() - 1 > settings_.limits.max_events)
    { // keeps one more id than events: a client with the id of the event before the oldest has missed nothing
        const auto& oldest = known_ids_.front();
        if (const auto found = sequences_.find(oldest.id);
            found != sequences_.end() && found->second == oldest.sequence)
        {
            sequences_.erase(found);
        }
        known_ids_.pop_front();
    }
}

void replay_buffer::expire(clock::time_point now)
{
    if (max_age_.count() > 0) {
        while (!entries_.empty() && now - entries_.front().when > max_age_) {
            drop_oldest();
        }
    }
}

// If no event was replaced, the index of an entry can be computed from its position.
replay_buffer::iterator replay_buffer::find(position p) const noexcept
{
    if (entries_.empty() || p <= entries_.front().at) {
        return entries_.begin();
    }
    const auto first = entries_.front().at;
    if (entries_.back().at - first + 1 == entries_.size()) {
        return entries_.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(p - first, entries_.size()));
    }
    return std::lower_bound(entries_.begin(), entries_.end(), p,
                            [](const entry& e, position wanted) { return e.at < wanted; });
}

const replay_buffer::entry* replay_buffer::at_or_after(position p) const noexcept
{
    auto found = find(p);
    while (found != entries_.end() && !found->event) {
        ++found;
    }
    return found == entries_.end() ? nullptr : &*found;
}

const replay_buffer::entry* replay_buffer::newest() const noexcept
{
    return entries_.empty() ? nullptr : &entries_.back(); // the newest event is never replaced
}

const replay_buffer::entry* replay_buffer::newest_until(std::uint64_t sequence) const noexcept
{
    auto after = std::upper_bound(entries_.begin(), entries_.end(), sequence,
                                  [](std::uint64_t wanted, const entry& e) { return wanted < e.sequence; });
    while (after != entries_.begin()) {
        if ((--after)->event) {
            return &*after;
        }
    }
    return nullptr;
}

std::optional<replay_buffer::position> replay_buffer::after(std::uint64_t sequence) const noexcept
{
    if (sequence < lost_sequence_) {
        return std::nullopt;
    }
    const auto found = std::upper_bound(entries_.begin(), entries_.end(), sequence,
                                        [](std::uint64_t seen, const entry& e) { return seen < e.sequence; });
    return found == entries_.end() ? end_ : found->at;
}

std::optional<std::uint64_t> replay_buffer::sequence_of(std::string_view id) const
{
    if (settings_.ids == id_kind::numbers) {
        return number_of(id);
    }
    const auto found = sequences_.find(id);
    return found == sequences_.end() ? std::nullopt : std::optional(found->second);
}

replay_buffer::position replay_buffer::last(std::size_t events) const noexcept
{
    auto first = end_;
    for (auto e = entries_.rbegin(); e != entries_.rend() && events != 0; ++e) {
        if (e->event) {
            first = e->at;
            --events;
        }
    }
    return first;
}

std::uint64_t replay_buffer::bytes_up_to(position p) const noexcept
{
    const auto found = find(p);
    return found == entries_.end() ? total_bytes_ : found->bytes_before;
}

std::uint64_t replay_buffer::bytes_between(position from, position until) const noexcept
{
    return until <= from ? 0 : bytes_up_to(until) - bytes_up_to(from);
}

} // namespace rill::pubsub::detail
