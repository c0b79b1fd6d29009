#pragma once

namespace bench {

/// Exit codes of rill-bench.
enum exit_code : int
{
    all_good = 0,
    found_fault = 1, ///< a stream failed, an event was lost, or an objective was missed
    bad_usage = 2,
    could_not_run = 3,
    cpu_limited = 4, ///< the CPU of this machine holds fewer streams than requested
    was_interrupted = 130,
};

} // namespace bench
