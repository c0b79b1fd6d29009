#include "server/process/option_check.hpp"

#include <rill/core/timer_service.hpp>
#include <stdexcept>

namespace rill {

using std::chrono::milliseconds;

void option_check::in_range(const char* option, std::size_t value, std::size_t min, std::size_t max) const
{
    if (value < min || value > max) {
        reject(option, std::to_string(value), "from " + std::to_string(min) + " to " + std::to_string(max));
    }
}

void option_check::positive(const char* option, milliseconds value) const
{
    if (value.count() <= 0) {
        reject(option, std::to_string(value.count()) + " ms", "more than 0 ms");
    }
    fits_timer(option, value);
}

void option_check::not_negative(const char* option, milliseconds value) const
{
    if (value.count() < 0) {
        reject(option, std::to_string(value.count()) + " ms", "0 ms or more");
    }
    fits_timer(option, value);
}

void option_check::reject(const std::string& option, const std::string& value, const std::string& allowed) const
{
    throw std::invalid_argument(options_ + (": " + option) + " = " + value + ": must be " + allowed);
}

void option_check::fits_timer(const char* option, milliseconds value) const
{
    constexpr auto max = timer_service::longest_wait;
    if (value > max) {
        reject(option, std::to_string(value.count()) + " ms", std::to_string(max.count()) + " ms or less");
    }
}

} // namespace rill
