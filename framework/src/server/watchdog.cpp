#include "server/watchdog.hpp"

#include <rill/server/service_manager.hpp>

namespace rill {

watchdog::watchdog(asio::io_context& context, std::chrono::microseconds period)
    : timers_(timer_service::of(context)), half_(period / 2), monitor_(monitor::of(context))
{
    static constexpr timer_operations timer_kind{[](timer_node& node, error_code ec) {
        if (!ec) {
            static_cast<watchdog&>(node).ask();
        }
    }};
    operations = &timer_kind;
    sd_notify("WATCHDOG=1"); // from now on silence means something
    ask();
}

watchdog::~watchdog()
{
    timers_.remove(*this);
}

// Each question has a counter of its own: an answer that comes late counts for nothing.
void watchdog::ask()
{
    const auto& workers = *monitor_.workers;
    if (answers_ && *answers_ == workers.size()) {
        sd_notify("WATCHDOG=1");
    }
    answers_ = std::make_shared<std::atomic<std::size_t>>(0);
    for (const auto& member : workers) {
        static_cast<void>(member.mail.post([answers = answers_] { ++*answers; })); // one that is gone is silent
    }
    timers_.add(*this, timers_.now() + half_);
}

} // namespace rill
