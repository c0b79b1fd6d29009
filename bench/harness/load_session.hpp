#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <sys/types.h>
#include <tl/expected.hpp>
#include <vector>

#include "harness/load_orders.hpp"
#include "harness/load_plan.hpp"
#include "harness/load_totals.hpp"
#include "harness/process_group.hpp"
#include "harness/process_stats.hpp"
#include "harness/progress.hpp"
#include "harness/shared_memory.hpp"

namespace bench {

/// What was seen between two moments.
struct load_measurement
{
    double seconds = 0;
    load_window window;
    cpu_time server, client;
    double busiest_client = 0; ///< see cpu_meter
};

using load_result = tl::expected<std::unique_ptr<load_measurement>, std::string>;

/// Client processes that hold the streams of one plan, and the process that directs them: this one.
///
/// Functions that wait return early, with what there is by then, when interrupted() becomes true. They fail when a
/// client process ends before its time.
class load_session
{
public:
    /// Starts the processes. They open nothing yet.
    /// @param servers the processes of the server whose CPU time is to be measured; may be empty
    load_session(load_plan plan, std::vector<pid_t> servers, progress& shown);
    ~load_session();

    /// Opens the streams and waits until each has got an answer or has failed. Gives up on those left when no answer
    /// came for twice the answer timeout.
    load_result ramp();

    /// Lets time pass with the streams open.
    tl::expected<void, std::string> wait(std::chrono::nanoseconds duration, const std::string& what);

    /// Looks at what comes in for that long.
    /// @param leaving_per_second so many streams, as a share of all, leave each second and come back at once
    /// @param by_reset           they leave with RST instead of FIN
    load_result measure(std::chrono::nanoseconds duration, const std::string& what, double leaving_per_second = 0,
                        bool by_reset = false);

    /// Cuts all live streams at once and opens them again; those that fail try again.
    /// @param patience how long to wait until all are live; the others then count as failed
    load_result cut(std::chrono::nanoseconds patience, bool by_reset);

    /// Waits until those who left while measuring are live again, or have failed.
    tl::expected<void, std::string> wait_for_returns();

    /// Stops reading the plan's frozen share of the streams.
    tl::expected<void, std::string> freeze();

    load_totals totals() const { return sum_of(&blocks_[0], plan_.processes); }
    status_counts statuses() const { return statuses_of(&blocks_[0], plan_.processes); }
    const std::vector<pid_t>& clients() const { return processes_.pids(); }

private:
    void give(const load_order& order);
    bool is_done() const;
    tl::expected<void, std::string> wait_until(const std::function<bool()>& is_over,
                                               const std::function<std::string()>& text);
    load_result collect(std::int64_t from, std::int64_t until, const cpu_meter& meter,
                        const std::function<std::string()>& text);

    load_plan plan_;
    std::vector<pid_t> servers_;
    progress& progress_;
    shared_memory<load_control> control_;
    shared_memory<load_client_block> blocks_;
    process_group processes_;
};

} // namespace bench
