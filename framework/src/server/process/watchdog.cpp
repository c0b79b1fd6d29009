#include "server/process/watchdog.hpp"

#include <rill/server/service_manager.hpp>

namespace rill {

watchdog::watchdog(asio::io_context& context, std::chrono::microseconds period)
    : timers_(timer_service::of(context)), half_(period / 2), group_(worker_group::of(context))
{
    static constexpr timer_operations timer_kind{[](timer_node& node, error_code ec) {
        if (!ec) {
            static_cast<watchdog&>(node).check();
        }
    }};
    operations = &timer_kind;
    sd_notify("WATCHDOG=1"); // the service manager watches the process from now on
    check();
}

watchdog::~watchdog()
{
    timers_.remove(*this);
}

// Each check has its own counter, so that a late answer does not count for a later check.
void watchdog::check()
{
    const auto& workers = *group_.workers;
    if (answers_ && *answers_ == workers.size()) {
        sd_notify("WATCHDOG=1");
    }
    answers_ = std::make_shared<std::atomic<std::size_t>>(0);
    for (const auto& member : workers) {
        static_cast<void>(member.mail.post([answers = answers_] { ++*answers; })); // false: the worker has ended
    }
    timers_.add(*this, timers_.now() + half_);
}

} // namespace rill
