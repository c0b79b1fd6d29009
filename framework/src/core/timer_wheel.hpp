#pragma once

#include <array>
#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <rill/core/detail/timer_node.hpp>

namespace rill::detail {

/// Defines how Boost.Intrusive accesses the links of a timer_node. Public headers include only the node. Boost's own
/// hook would increase the compile time of every file that includes them.
struct timer_link_traits
{
    using node = timer_link;
    using node_ptr = timer_link*;
    using const_node_ptr = const timer_link*;

    static node_ptr get_next(const_node_ptr link) noexcept { return link->next; }
    static node_ptr get_previous(const_node_ptr link) noexcept { return link->prev; }
    static void set_next(node_ptr link, node_ptr next) noexcept { link->next = next; }
    static void set_previous(node_ptr link, node_ptr previous) noexcept { link->prev = previous; }
};

struct timer_value_traits
{
    using node_traits = timer_link_traits;
    using node_ptr = timer_link*;
    using const_node_ptr = const timer_link*;
    using value_type = timer_node;
    using pointer = timer_node*;
    using const_pointer = const timer_node*;
    static constexpr auto link_mode = boost::intrusive::normal_link;

    static node_ptr to_node_ptr(timer_node& node) noexcept { return &node; }
    static const_node_ptr to_node_ptr(const timer_node& node) noexcept { return &node; }
    static pointer to_value_ptr(node_ptr link) noexcept { return static_cast<pointer>(link); }
    static const_pointer to_value_ptr(const_node_ptr link) noexcept { return static_cast<const_pointer>(link); }
};

/// A list of nodes in the order in which they were added. timer_node::unlink() removes a node and does not need the
/// list.
using timer_list = boost::intrusive::list<timer_node, boost::intrusive::value_traits<timer_value_traits>,
                                          boost::intrusive::constant_time_size<false>>;

/// A hierarchical timer wheel. It holds nodes by the tick in which they are due. The wheel has no clock. Its owner
/// calls next() to find the next slot that may hold nodes, makes the tick of this slot the current tick, and empties
/// the slot. Adding and unlinking take O(1). No function allocates or throws. Ticks are below 2^48. In milliseconds,
/// this exceeds the range of the steady clock.
class timer_wheel
{
public:
    /// A slot of the wheel. On level 0, all nodes of the slot are due in `tick`. On a higher level, no node is due
    /// before `tick`. The owner then adds these nodes again, and they move to a lower level.
    struct expiry
    {
        std::uint64_t tick; ///< UINT64_MAX if the wheel is empty
        unsigned level;
        unsigned slot;
    };

    /// The current tick. All slots before it are empty.
    std::uint64_t current() const noexcept { return current_; }

    /// Adds a node that is due in `tick`. `tick` must not be before current().
    void add(timer_node& node, std::uint64_t tick) noexcept;

    /// The first slot that may hold nodes. The list of this slot may be empty, because unlinking a node does not change
    /// the wheel.
    expiry next() const noexcept;

    /// Makes `tick` the current tick. `tick` must not be later than the tick of next().
    void go_to(std::uint64_t tick) noexcept { current_ = tick; }

    timer_list& nodes(const expiry& at) noexcept { return list_of(at.level, at.slot); }

    /// Marks a slot as empty, so that next() returns another slot.
    void emptied(const expiry& at) noexcept { unmark(at.level, at.slot); }

    /// Moves all nodes to the end of another list, in no particular order.
    void move_all(timer_list& to) noexcept;

private:
    // Level 0 spans 4 s, so that most timers of streams never move to another level. A move accesses memory that is not
    // in the CPU caches.
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

    // An occupied bit means that its slot may hold a node. Level 0 also has a summary bit for every 64 slots.
    std::array<timer_list, near_slots> near_;
    std::array<std::uint64_t, near_slots / 64> near_occupied_{};
    std::uint64_t near_summary_ = 0;
    std::array<std::array<timer_list, far_slots>, far_levels> far_;
    std::array<std::uint64_t, far_levels> far_occupied_{};
    std::uint64_t current_ = 0;
};

} // namespace rill::detail
