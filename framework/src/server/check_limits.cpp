#include "server/check_limits.hpp"

#include <chrono>
#include <cstdint>
#include <rill/core/timer_service.hpp>

namespace rill {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t most_threads = 1024; // more is a mistake, or a number that was negative

/// Keeps the first complaint.
class limits_check
{
public:
    void size(const char* option, std::size_t value, std::size_t least, std::size_t most)
    {
        if (value < least || value > most) {
            complain(option, std::to_string(value), "from " + std::to_string(least) + " to " + std::to_string(most));
        }
    }
    void positive(const char* option, milliseconds value)
    {
        if (value.count() <= 0) {
            complain(option, std::to_string(value.count()) + " ms", "more than 0 ms");
        }
        not_too_long(option, value);
    }
    void not_negative(const char* option, milliseconds value)
    {
        if (value.count() < 0) {
            complain(option, std::to_string(value.count()) + " ms", "0 ms or more");
        }
        not_too_long(option, value);
    }

    std::optional<std::string> complaint;

private:
    void not_too_long(const char* option, milliseconds value)
    {
        constexpr auto longest = timer_service::longest_wait;
        if (value > longest) {
            complain(option, std::to_string(value.count()) + " ms", std::to_string(longest.count()) + " ms or less");
        }
    }
    void complain(const char* option, const std::string& value, const std::string& allowed)
    {
        if (!complaint) {
            complaint = std::string(option) + " = " + value + ": must be " + allowed;
        }
    }
};

} // namespace

std::optional<std::string> check_limits(const server_options& options)
{
    limits_check check;
    const auto& l = options.limits;
    check.size("limits.target_bytes", l.target_bytes, 1, UINT32_MAX);
    check.size("limits.head_bytes", l.head_bytes, 1, UINT32_MAX);
    check.positive("limits.head_timeout", l.head_timeout);
    check.positive("limits.idle_timeout", l.idle_timeout);
    check.positive("limits.body_timeout", l.body_timeout);
    check.not_negative("limits.body_grace", l.body_grace);
    check.positive("limits.write_timeout", l.write_timeout);
    check.not_negative("limits.linger_timeout", l.linger_timeout);
    check.not_negative("limits.acknowledge_timeout", l.acknowledge_timeout);
    const auto& c = options.capacity;
    if (c.refusal != refusal::unavailable && c.refusal != refusal::retry_event) {
        check.size("capacity.refusal", static_cast<std::size_t>(c.refusal), 0, 1);
    }
    check.not_negative("capacity.retry_after", c.retry_after);
    check.size("threads", options.threads, 0, most_threads);
    check.not_negative("drain_timeout", options.drain_timeout);
    check.not_negative("drain_spread", options.drain_spread);
    check.not_negative("unready_time", options.unready_time);
    check.not_negative("timer_coalescing", options.timer_coalescing);
    return check.complaint;
}

} // namespace rill
