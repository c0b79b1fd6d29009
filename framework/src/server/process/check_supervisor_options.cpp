#include "server/process/check_supervisor_options.hpp"

#include "server/process/option_check.hpp"

namespace rill {

namespace {

constexpr std::size_t max_processes = 1024;

} // namespace

void check_options(const supervisor_options& options)
{
    const option_check check("supervisor_options");
    check.in_range("processes", options.processes, 1, max_processes);
    check.not_negative("initial_backoff", options.initial_backoff);
    check.not_negative("max_backoff", options.max_backoff);
    check.not_negative("backoff_reset_after", options.backoff_reset_after);
    check.not_negative("hang_timeout", options.hang_timeout);
    check.not_negative("stop_timeout", options.stop_timeout);
}

} // namespace rill
