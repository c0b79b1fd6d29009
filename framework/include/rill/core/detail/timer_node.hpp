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
    /// Prefetch the memory that `fire` will use. `prefetch` loads the objects to which the node points.
    /// `prefetch_further` loads the objects to which those objects point.
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

/// A timer. It is part of the object that waits, such as an interval or a connection. Therefore a timer needs no
/// allocation. A linked node must neither move nor be destroyed.
struct timer_node : timer_link
{
    const timer_operations* operations = nullptr;
    std::chrono::steady_clock::time_point deadline{};

    bool linked() const noexcept { return next != nullptr; }

    /// Removes the node from its list.
    void unlink() noexcept
    {
        prev->next = next;
        next->prev = prev;
        prev = next = nullptr;
    }
};

} // namespace rill
