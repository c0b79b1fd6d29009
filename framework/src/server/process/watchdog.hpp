#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <rill/core/timer_service.hpp>
#include <vector>

#include "server/operations/worker_group.hpp"

namespace rill {

/// Sends WATCHDOG=1 to the service manager while all workers run. It posts a message to each worker twice per period.
/// It sends the report only if all workers have answered the previous message. If the handler of a worker hangs, the
/// reports stop. Belongs to the thread of one worker.
class watchdog final : private timer_node
{
public:
    /// @param period  the maximum time between two reports
    watchdog(asio::io_context& context, std::chrono::microseconds period);
    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;
    ~watchdog();

private:
    void check();

    timer_service& timers_;
    std::chrono::microseconds half_;
    const worker_group& group_;                         ///< read at each check, because the list of workers changes
    std::shared_ptr<std::atomic<std::size_t>> answers_; ///< answers to the last message
};

} // namespace rill
