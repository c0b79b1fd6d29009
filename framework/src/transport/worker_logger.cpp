#include "transport/worker_logger.hpp"

#include <string>

namespace rill::transport {

namespace {

constexpr std::chrono::seconds over_capacity_interval{10};

} // namespace

void worker_logger::operator()(log_level level, std::string_view text) const
{
    if (events_.log) {
        events_.log(level, text);
    }
}

// The level is not warning, because the cause can also be a machine with too few CPUs.
void worker_logger::blocked(std::string_view handler, std::chrono::milliseconds duration) const
{
    (*this)(log_level::info, std::string(handler) + " has blocked its worker for " + std::to_string(duration.count()) +
                                 " ms: all other streams waited (rill::offload() runs such a function elsewhere)");
}

void worker_logger::over_capacity(std::string_view what) noexcept
{
    const auto now = timers_.now();
    if (last_over_capacity_ && now - *last_over_capacity_ < over_capacity_interval) {
        return;
    }
    last_over_capacity_ = now;
    try {
        std::string text(what);
        text.append("; queued for slow clients: ").append(std::to_string(shared_.queued_bytes));
        text.append(" of ").append(std::to_string(shared_.limits.max_queued_bytes));
        text.append(" bytes, bodies of requests: ").append(std::to_string(shared_.body_bytes));
        text.append(" of ").append(std::to_string(shared_.limits.max_body_bytes)).append(" bytes");
        (*this)(log_level::warning, text);
    } catch (...) { // without memory, no line is written
        return;
    }
}

} // namespace rill::transport
