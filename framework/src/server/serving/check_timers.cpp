#include "server/serving/check_timers.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <cerrno>
#include <rill/core/error.hpp>
#include <system_error>

namespace rill {

void check_timers(asio::io_context& context, std::chrono::milliseconds timeout)
{
    using clock = std::chrono::steady_clock;
    asio::basic_waitable_timer<clock, asio::wait_traits<clock>, asio::io_context::executor_type> due(
        context, clock::time_point::min());
    bool fired = false;
    due.async_wait([&fired](error_code) { fired = true; });
    context.run_one_for(timeout);
    if (!fired) {
        due.cancel();
        context.poll();
        throw std::system_error(ETIMEDOUT, std::system_category(), "timers do not fire");
    }
}

} // namespace rill
