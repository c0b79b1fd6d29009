#include "server/check_limits.hpp"

#include <chrono>
#include <cstdint>
#include <rill/core/timer_service.hpp>
#include <stdexcept>
#include <string>

namespace rill {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t most_threads = 1024; // more is a mistake, or a number that was negative
constexpr std::size_t most_processes = 1024;

class limits_check
{
public:
    explicit limits_check(const char* options) : options_(options) {}

    void size(const char* option, std::size_t value, std::size_t least, std::size_t most) const
    {
        if (value < least || value > most) {
            complain(option, std::to_string(value), "from " + std::to_string(least) + " to " + std::to_string(most));
        }
    }
    void positive(const char* option, milliseconds value) const
    {
        if (value.count() <= 0) {
            complain(option, std::to_string(value.count()) + " ms", "more than 0 ms");
        }
        not_too_long(option, value);
    }
    void not_negative(const char* option, milliseconds value) const
    {
        if (value.count() < 0) {
            complain(option, std::to_string(value.count()) + " ms", "0 ms or more");
        }
        not_too_long(option, value);
    }

    [[noreturn]] void complain(const std::string& option, const std::string& value, const std::string& allowed) const
    {
        throw std::invalid_argument(options_ + (": " + option) + " = " + value + ": must be " + allowed);
    }

private:
    void not_too_long(const char* option, milliseconds value) const
    {
        constexpr auto longest = timer_service::longest_wait;
        if (value > longest) {
            complain(option, std::to_string(value.count()) + " ms", std::to_string(longest.count()) + " ms or less");
        }
    }

    const char* options_;
};

} // namespace

void check_limits(const server_options& options)
{
    const limits_check check("server_options");
    const auto& l = options.limits;
    check.size("limits.max_target_bytes", l.max_target_bytes, 1, UINT32_MAX);
    check.size("limits.max_head_bytes", l.max_head_bytes, 1, UINT32_MAX);
    check.positive("limits.head_timeout", l.head_timeout);
    check.positive("limits.idle_timeout", l.idle_timeout);
    check.positive("limits.body_timeout", l.body_timeout);
    check.not_negative("limits.body_grace", l.body_grace);
    check.not_negative("limits.half_close_timeout", l.half_close_timeout);
    check.not_negative("limits.response_grace", l.response_grace);
    check.positive("limits.write_timeout", l.write_timeout);
    check.not_negative("limits.linger_timeout", l.linger_timeout);
    check.not_negative("limits.acknowledge_timeout", l.acknowledge_timeout);
    const auto& c = options.capacity;
    if (c.refusal != refusal::unavailable && c.refusal != refusal::retry_event) {
        check.size("capacity.refusal", static_cast<std::size_t>(c.refusal), 0, 1);
    }
    check.not_negative("capacity.retry_after", c.retry_after);
    check.size("threads", options.threads, 0, most_threads);
    if (options.backlog < 1) {
        check.complain("backlog", std::to_string(options.backlog), "1 or more");
    }
    check.not_negative("drain_timeout", options.drain_timeout);
    check.not_negative("drain_spread", options.drain_spread);
    check.not_negative("readiness_delay", options.readiness_delay);
    check.not_negative("timer_coalescing", options.timer_coalescing);
    for (std::size_t i = 0; i < options.background.size(); ++i) {
        if (!options.background[i]) {
            check.complain("background[" + std::to_string(i) + "]", "an empty function", "a coroutine");
        }
    }
}

void check_limits(const supervisor_options& options)
{
    const limits_check check("supervisor_options");
    check.size("processes", options.processes, 1, most_processes);
    check.not_negative("initial_backoff", options.initial_backoff);
    check.not_negative("max_backoff", options.max_backoff);
    check.not_negative("backoff_reset_after", options.backoff_reset_after);
    check.not_negative("hang_timeout", options.hang_timeout);
    check.not_negative("stop_timeout", options.stop_timeout);
}

} // namespace rill
