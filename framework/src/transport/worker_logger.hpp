#pragma once

#include <chrono>
#include <optional>
#include <rill/core/timer_service.hpp>
#include <rill/http/observer.hpp>
#include <string_view>

#include "transport/capacity.hpp"

namespace rill::transport {

/// Writes the log lines of a worker through the server's observer. Belongs to the worker's thread.
class worker_logger
{
public:
    worker_logger(const observer& events, const capacity& shared, const timer_service& timers) noexcept
        : events_(events), shared_(shared), timers_(timers)
    {}
    worker_logger(const worker_logger&) = delete;
    worker_logger& operator=(const worker_logger&) = delete;

    /// Writes one line, if the observer has a log.
    void operator()(log_level level, std::string_view text) const;

    /// Logs that a handler has blocked the event loop.
    void blocked(std::string_view handler, std::chrono::milliseconds duration) const;

    /// Logs that a limit of capacity_limits is reached. Writes at most one line in ten seconds, because many clients
    /// may reach a limit at once.
    /// @param what names the connection and what happens to it
    void over_capacity(std::string_view what) noexcept;

private:
    const observer& events_;
    const capacity& shared_;
    const timer_service& timers_;
    std::optional<timer_service::clock::time_point> last_over_capacity_;
};

} // namespace rill::transport
