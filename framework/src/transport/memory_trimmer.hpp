#pragma once

#include <cstddef>
#include <rill/core/timer_service.hpp>

#include "transport/connection_table.hpp"

namespace rill::transport {

/// Returns free memory to the operating system after many connections have ended. The C library keeps thousands of
/// small blocks that were freed together. Without this class, the memory of a server would not shrink after most of its
/// clients have disconnected. Belongs to the worker's thread.
class memory_trimmer final : private timer_node
{
public:
    /// Number of closed connections after which the memory is trimmed.
    static constexpr std::size_t trim_after = 1024;

    memory_trimmer(timer_service& timers, connection_table& connections);
    memory_trimmer(const memory_trimmer&) = delete;
    memory_trimmer& operator=(const memory_trimmer&) = delete;
    ~memory_trimmer();

    void connection_closed();

private:
    void trim();

    timer_service& timers_;
    connection_table& connections_;
    std::size_t closed_since_trim_ = 0;
};

} // namespace rill::transport
