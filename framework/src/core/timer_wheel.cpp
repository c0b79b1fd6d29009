#include "core/timer_wheel.hpp"

#include <algorithm>
#include <bit>

namespace rill::detail {

// The level depends on the highest bit in which the tick differs from the current one. All nodes of a level are then
// due before those of the next level.
void timer_wheel::add(timer_node& node, std::uint64_t tick) noexcept
{
    unsigned level = 0;
    auto slot = static_cast<unsigned>(tick & (near_slots - 1));
    if (tick - current_ >= near_slots) {
        const auto highest = static_cast<unsigned>(std::bit_width(tick ^ current_));
        level = std::min((highest - near_bits - 1) / far_bits + 1, far_levels);
        slot = static_cast<unsigned>(tick >> shift_of(level)) & (far_slots - 1);
    }
    list_of(level, slot).push_back(node);
    mark(level, slot);
}

void timer_wheel::mark(unsigned level, unsigned slot) noexcept
{
    if (level == 0) {
        near_occupied_[slot / 64] |= std::uint64_t{1} << (slot % 64);
        near_summary_ |= std::uint64_t{1} << (slot / 64);
    } else {
        far_occupied_[level - 1] |= std::uint64_t{1} << slot;
    }
}

void timer_wheel::unmark(unsigned level, unsigned slot) noexcept
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

// Level 0 is a ring that begins at the current tick.
timer_wheel::expiry timer_wheel::next_near() const noexcept
{
    const auto now_slot = static_cast<unsigned>(current_ & (near_slots - 1));
    const auto now_word = now_slot / 64;
    const auto this_word = near_occupied_[now_word] >> (now_slot % 64);
    unsigned ahead = 0;
    if (this_word != 0) {
        ahead = static_cast<unsigned>(std::countr_zero(this_word));
    } else if (near_summary_ != 0) {
        // First the words after this one. Then, around the ring, the words before it and the rest of this word.
        const auto after = now_word + 1 < 64 ? near_summary_ >> (now_word + 1) << (now_word + 1) : 0;
        const auto word = static_cast<unsigned>(std::countr_zero(after != 0 ? after : near_summary_));
        const auto slot = word * 64 + static_cast<unsigned>(std::countr_zero(near_occupied_[word]));
        ahead = (slot - now_slot) & (near_slots - 1);
    } else {
        return {UINT64_MAX, 0, 0};
    }
    return {current_ + ahead, 0, (now_slot + ahead) & (near_slots - 1)};
}

timer_wheel::expiry timer_wheel::next() const noexcept
{
    const auto near = next_near();
    const auto above = [this](unsigned bits) { return current_ >> bits << bits; };
    for (unsigned level = 1; level <= far_levels; ++level) {
        if (const auto occupied = far_occupied_[level - 1]; occupied != 0) {
            const auto slot = static_cast<unsigned>(std::countr_zero(occupied));
            const auto tick = above(shift_of(level + 1)) | (std::uint64_t{slot} << shift_of(level));
            // At the same tick, the higher level comes first: some of its nodes may be due in that tick.
            return near.tick < tick ? near : expiry{std::max(tick, current_), level, slot};
        }
    }
    return near;
}

void timer_wheel::move_all(timer_list& to) noexcept
{
    const auto move = [&to](timer_list& from) { to.splice(to.end(), from); };
    std::for_each(near_.begin(), near_.end(), move);
    for (auto& level : far_) {
        std::for_each(level.begin(), level.end(), move);
    }
}

} // namespace rill::detail
