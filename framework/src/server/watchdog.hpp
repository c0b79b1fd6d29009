#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <rill/core/timer_service.hpp>
#include <vector>

#include "server/monitor.hpp"

namespace rill {

/// Tells the service manager that the process is well, as often as it wants, and as long as it is true: each time every
/// worker is asked through its mailbox, and WATCHDOG=1 is sent when all have answered since the last time. A worker
/// that hangs in a handler lets it fall silent. Belongs to one worker's thread.
class watchdog final : private timer_node
{
public:
    /// @param period  what the service manager waits for at most; it is told twice as often
    watchdog(asio::io_context& context, std::chrono::microseconds period);
    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;
    ~watchdog();

private:
    void ask();

    timer_service& timers_;
    std::chrono::microseconds half_;
    const monitor& monitor_;                            ///< one of its workers may turn out to have no thread
    std::shared_ptr<std::atomic<std::size_t>> answers_; ///< to the last question
};

} // namespace rill
