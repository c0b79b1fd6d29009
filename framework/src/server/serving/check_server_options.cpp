#include "server/serving/check_server_options.hpp"

#include <cstdint>
#include <string>

#include "server/process/option_check.hpp"

namespace rill {

namespace {

constexpr std::size_t max_threads = 1024; // a larger number is a mistake, or a negative number was converted

void check_options(const option_check& check, const connection_limits& limits)
{
    check.in_range("limits.max_target_bytes", limits.max_target_bytes, 1, UINT32_MAX);
    check.in_range("limits.max_head_bytes", limits.max_head_bytes, 1, UINT32_MAX);
    check.positive("limits.head_timeout", limits.head_timeout);
    check.positive("limits.idle_timeout", limits.idle_timeout);
    check.positive("limits.body_timeout", limits.body_timeout);
    check.not_negative("limits.body_grace", limits.body_grace);
    check.not_negative("limits.half_close_timeout", limits.half_close_timeout);
    check.not_negative("limits.response_grace", limits.response_grace);
    check.positive("limits.write_timeout", limits.write_timeout);
    check.not_negative("limits.linger_timeout", limits.linger_timeout);
    check.not_negative("limits.tcp_user_timeout", limits.tcp_user_timeout);
}

void check_options(const option_check& check, const capacity_limits& capacity)
{
    if (capacity.refusal != refusal::unavailable && capacity.refusal != refusal::retry_event) {
        check.in_range("capacity.refusal", static_cast<std::size_t>(capacity.refusal), 0, 1);
    }
    check.not_negative("capacity.retry_after", capacity.retry_after);
}

} // namespace

void check_options(const server_options& options)
{
    const option_check check("server_options");
    check_options(check, options.limits);
    check_options(check, options.capacity);
    check.in_range("threads", options.threads, 0, max_threads);
    if (options.backlog < 1) {
        check.reject("backlog", std::to_string(options.backlog), "1 or more");
    }
    check.not_negative("drain_timeout", options.drain_timeout);
    check.not_negative("drain_spread", options.drain_spread);
    check.not_negative("readiness_delay", options.readiness_delay);
    check.not_negative("timer_coalescing", options.timer_coalescing);
    for (std::size_t i = 0; i < options.background.size(); ++i) {
        if (!options.background[i]) {
            check.reject("background[" + std::to_string(i) + "]", "an empty function", "a coroutine");
        }
    }
}

} // namespace rill
