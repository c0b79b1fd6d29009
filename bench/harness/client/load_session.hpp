#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <sys/types.h>
#include <tl/expected.hpp>
#include <vector>

#include "harness/client/load_commands.hpp"
#include "harness/client/load_plan.hpp"
#include "harness/client/load_totals.hpp"
#include "harness/machine/process_group.hpp"
#include "harness/machine/process_stats.hpp"
#include "harness/support/progress.hpp"
#include "harness/support/shared_memory.hpp"

namespace bench {

/// The result of one measurement.
struct load_measurement
{
    double seconds = 0;
    load_window window;
    cpu_time server, client;
    double busiest_client = 0; ///< see cpu_meter
};

using load_result = tl::expected<std::unique_ptr<load_measurement>, std::string>;

/// Controls the client processes that hold the streams of one plan.
///
/// Functions that wait return early, with the results so far, if interrupted() becomes true. They fail if a client
/// process ends too early.
class load_session
{
public:
    /// Starts the processes. They do not open streams yet.
    /// @param servers  the processes of the server, to measure their CPU time; may be empty
    load_session(load_plan plan, std::vector<pid_t> servers, progress& shown);
    ~load_session();

    /// Opens the streams and waits until each stream has a response head or has failed. If no response arrives for
    /// twice the response timeout, the remaining streams fail.
    /// @param goes_on  called several times per second. After it has returned false, no more streams are opened. Null:
    /// all streams are opened.
    load_result ramp(const std::function<bool(const load_totals&)>& goes_on = {});

    /// Waits while the streams are open. `what` names the phase in the progress line.
    tl::expected<void, std::string> wait(std::chrono::nanoseconds duration, const std::string& what);

    /// Measures the events for `duration`.
    /// @param disconnects_per_second  share of the streams that disconnects each second and reconnects at once
    /// @param by_reset  disconnect with RST instead of FIN
    load_result measure(std::chrono::nanoseconds duration, const std::string& what, double disconnects_per_second = 0,
                        bool by_reset = false);

    /// Disconnects all live streams at once and opens them again. Repeats failed attempts.
    /// @param timeout  maximum time until all streams are live; after that, the other streams count as failed
    load_result reconnect_all(std::chrono::nanoseconds timeout, bool by_reset);

    /// Waits until all streams that disconnected during a measurement are live again or have failed.
    tl::expected<void, std::string> wait_for_reconnects();

    /// Stops reading from the stalled share of the streams.
    tl::expected<void, std::string> stall();

    /// Closes this share of the live streams for good.
    tl::expected<void, std::string> close_share(double share);

    /// Sets a function whose text is added to each progress line.
    void set_note(std::function<std::string()> note) { note_ = std::move(note); }

    load_totals totals() const { return sum_of(&blocks_[0], plan_.processes); }
    status_counts statuses() const { return statuses_of(&blocks_[0], plan_.processes); }
    const std::vector<pid_t>& clients() const { return processes_.pids(); }

private:
    void send(const load_command& command);
    bool is_done() const;
    tl::expected<void, std::string> wait_until(const std::function<bool()>& is_over,
                                               const std::function<std::string()>& text);
    load_result collect(std::int64_t from, std::int64_t until, const cpu_meter& meter,
                        const std::function<std::string()>& text);

    load_plan plan_;
    std::vector<pid_t> servers_;
    progress& progress_;
    std::function<std::string()> note_;
    shared_memory<load_control> control_;
    shared_memory<load_client_block> blocks_;
    process_group processes_;
};

} // namespace bench
