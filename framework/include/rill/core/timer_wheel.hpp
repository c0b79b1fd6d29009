#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <rill/core/error.hpp>

namespace rill {

struct timer_link
{
    timer_link* prev = nullptr;
    timer_link* next = nullptr;
};

struct timer_node;

/// What the wheel does with a node: the same for all nodes of a kind.
struct timer_operations
{
    void (*fire)(timer_node&, error_code); ///< called once, unlinked: success when due, or operation_aborted
    /// Asks the processor for the memory that firing will touch: what the node points to, and then what that points to.
    void (*prefetch)(const timer_node&) noexcept = nullptr;
    void (*prefetch_further)(const timer_node&) noexcept = nullptr;
    void (*drop)(timer_node&) = nullptr; ///< destroys what waits, in place of `fire`; called unlinked
};

/// A link in the timer wheel. Embedded in whatever waits (an interval, a stream), so that a timer needs no memory of
/// its own. Must not move or end while it is linked.
struct timer_node : timer_link
{
    const timer_operations* operations = nullptr;
    std::chrono::steady_clock::time_point deadline{};

    bool linked() const noexcept { return next != nullptr; }

    /// Takes the node out of the list that it is linked in. No list needs to know.
    void unlink() noexcept
    {
        prev->next = next;
        next->prev = prev;
        prev = next = nullptr;
    }
};

/// Nodes in the order in which they were added: a ring through its head, which must not move.
struct timer_list : timer_link
{
    timer_list() noexcept { prev = next = this; }
    timer_list(const timer_list&) = delete;
    timer_list& operator=(const timer_list&) = delete;
    ~timer_list() = default;

    bool empty() const noexcept { return next == this; }
    timer_node& front() noexcept { return static_cast<timer_node&>(*next); }

    /// `node` must not be linked.
    void push_back(timer_node& node) noexcept
    {
        node.prev = prev;
        node.next = this;
        prev->next = &node;
        prev = &node;
    }
};

/// Nodes by the tick in which they are due: a hierarchical wheel that knows no clock. Adding and unlinking are O(1);
/// nothing allocates or throws. Ticks are below 2^48: as milliseconds more than the steady clock can tell. Whoever owns
/// it asks for the next slot that may hold a node, goes there, and empties it.
class timer_wheel
{
public:
    /// A slot of the wheel. On level 0 all its nodes are due in `tick`; on a level above, none before it, and they are
    /// to be added once more, which puts them on a level below.
    struct expiry
    {
        std::uint64_t tick; ///< UINT64_MAX: the wheel is empty
        unsigned level;
        unsigned slot;
    };

    /// All before this tick has been emptied.
    std::uint64_t current() const noexcept { return current_; }

    /// Adds a node that is due in `tick`, which must not be before current().
    void add(timer_node& node, std::uint64_t tick) noexcept;

    /// The first slot that may hold nodes. Its list may turn out empty, as unlinking leaves no trace in the wheel.
    expiry next() const noexcept;

    /// Makes `tick` the current one. It must not be behind next().
    void go_to(std::uint64_t tick) noexcept { current_ = tick; }

    timer_list& nodes(const expiry& at) noexcept { return list_of(at.level, at.slot); }

    /// Says that a slot's list has been emptied, so that next() goes on to another one.
    void emptied(const expiry& at) noexcept { unmark(at.level, at.slot); }

    /// Moves all nodes to the end of another list, in no particular order.
    void move_all(timer_list& to) noexcept;

private:
    // The first level spans 4 s: most timers of streams are never moved. Moving one touches memory that has gone cold.
    static constexpr unsigned near_bits = 12;
    static constexpr unsigned near_slots = 1U << near_bits;
    static constexpr unsigned far_bits = 6;
    static constexpr unsigned far_slots = 1U << far_bits;
    static constexpr unsigned far_levels = 6;

    static constexpr unsigned shift_of(unsigned level) noexcept
    {
        return level == 0 ? 0 : near_bits + (level - 1) * far_bits;
    }

    expiry next_near() const noexcept;
    void mark(unsigned level, unsigned slot) noexcept;
    void unmark(unsigned level, unsigned slot) noexcept;
    timer_list& list_of(unsigned level, unsigned slot) noexcept
    {
        return level == 0 ? near_[slot] : far_[level - 1][slot];
    }

    // A bit for each slot that may hold a node; level 0 is the near one, with a summary bit for every 64 slots.
    std::array<timer_list, near_slots> near_;
    std::array<std::uint64_t, near_slots / 64> near_occupied_{};
    std::uint64_t near_summary_ = 0;
    std::array<std::array<timer_list, far_slots>, far_levels> far_;
    std::array<std::uint64_t, far_levels> far_occupied_{};
    std::uint64_t current_ = 0;
};

} // namespace rill
