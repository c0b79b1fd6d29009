#pragma once

#include <chrono>
#include <rill/core/error.hpp>

namespace rill {

struct timer_node;

/// The functions that the timer service calls for a node. All nodes of one kind share one object.
struct timer_operations
{
    /// Called once with the unlinked node: without an error when the node is due, with operation_aborted otherwise.
    void (*fire)(timer_node&, error_code);
    /// Prefetches the memory that firing will touch: first what the node points to, then what that points to.
    void (*prefetch)(const timer_node&) noexcept = nullptr;
    void (*prefetch_further)(const timer_node&) noexcept = nullptr;
    /// Destroys the waiting handler instead of firing it. Called with the unlinked node.
    void (*drop)(timer_node&) = nullptr;
};

/// The links of a timer_node in a list of timers.
struct timer_link
{
    timer_link* prev = nullptr;
    timer_link* next = nullptr;
};

/// A timer. It is embedded in the object that waits, such as an interval or a connection, so that a timer needs no
/// memory of its own. A linked node must neither move nor be destroyed.
struct timer_node : timer_link
{
    const timer_operations* operations = nullptr;
    std::chrono::steady_clock::time_point deadline{};

    bool linked() const noexcept { return next != nullptr; }

    /// Removes the node from the list that it is linked in.
    void unlink() noexcept
    {
        prev->next = next;
        next->prev = prev;
        prev = next = nullptr;
    }
};

} // namespace rill
