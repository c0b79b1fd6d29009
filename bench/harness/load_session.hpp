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
#include "harness/process_group.hpp"
#include "harness/process_stats.hpp"
#include "harness/progress.hpp"
#include "harness/shared_memory.hpp"

namespace bench {

/// Sums over all client processes at one moment.
struct load_totals
{
    std::uint64_t opened = 0, answered = 0, live = 0, with_events = 0, events = 0, bytes = 0;
    std::uint64_t lost = 0, lost_ids = 0, missed_beats = 0, repeated = 0, out_of_order = 0, extra = 0, without_time = 0;
    std::array<std::uint64_t, failure_count> failed{};
    std::array<std::uint64_t, 600> statuses{}; ///< of failure::not_200

    std::uint64_t all_failed() const;
};

/// What was seen between two moments.
struct load_measurement
{
    double seconds = 0;
    load_window window;
    cpu_time server;
    cpu_time client;
    double busiest_client = 0; ///< of the client processes: its CPU time as a share of the time that passed
};

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
    /// @return how long it took, in seconds
    tl::expected<double, std::string> ramp();

    /// Lets time pass with the streams open.
    tl::expected<void, std::string> wait(std::chrono::nanoseconds duration, const std::string& what);

    /// Looks at what comes in for that long.
    tl::expected<std::unique_ptr<load_measurement>, std::string> measure(std::chrono::nanoseconds duration);

    load_totals totals() const;
    histogram answer_time() const;
    const std::vector<pid_t>& clients() const { return processes_.pids(); }
    const load_plan& plan() const { return plan_; }

private:
    void give(const load_order& order);
    bool is_done(unsigned client) const;
    tl::expected<void, std::string> wait_until(const std::function<bool()>& is_over,
                                               const std::function<std::string()>& text);
    bool all_done() const;

    load_plan plan_;
    std::vector<pid_t> servers_;
    progress& progress_;
    shared_memory<load_control> control_;
    shared_memory<load_client_block> blocks_;
    process_group processes_;
};

} // namespace bench
