#pragma once

#include <cstddef>

#include "core/timer_wheel.hpp"

namespace rill::detail {

// Between two events of a stream, its memory leaves the CPU caches. Loading this memory again costs more than all other
// work to fire a timer. Therefore this function prefetches memory of the next three nodes while the present node fires.
// It prefetches the third node and the coroutine frame around it. It prefetches the memory that the second node points
// to. For the first node, it follows the pointers one step further.
inline void prefetch_following(const timer_list& nodes) noexcept
{
    auto node = nodes.begin();
    if (node == nodes.end()) {
        return;
    }
    if (node->operations->prefetch_further != nullptr) {
        node->operations->prefetch_further(*node);
    }
    ++node;
    if (node == nodes.end()) {
        return;
    }
    if (node->operations->prefetch != nullptr) {
        node->operations->prefetch(*node);
    }
    constexpr std::ptrdiff_t line = 64;
    const auto* third = reinterpret_cast<const char*>(node->next); // the list itself, if there is no third node
    for (std::ptrdiff_t offset = -2 * line; offset <= 3 * line; offset += line) {
        __builtin_prefetch(third + offset);
    }
}

// Prefetches the node after the next one while a node moves to another level. The next node is already in the cache,
// because unlinking a node changes the next one.
inline void prefetch_after_next(const timer_list& nodes) noexcept
{
    __builtin_prefetch(nodes.begin().pointed_node()->next, 1);
}

} // namespace rill::detail
