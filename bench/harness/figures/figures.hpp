#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "harness/client/load_session.hpp"
#include "harness/client/load_totals.hpp"
#include "harness/machine/process_stats.hpp"

// The names and formats of the figures. They are the same in the output of all subcommands.
namespace bench {

/// Returns a/b, or null if b is not positive.
boost::json::value ratio(double a, double b);

/// Formats quantiles: "p50 0.1  p99 0.9  p99.9 1.2  max 3 ms".
std::string quantiles_text(const histogram& times);
/// Adds PREFIXp50_ms, PREFIXp99_ms, PREFIXp999_ms and PREFIXmax_ms. They are null if the histogram is empty.
void add_quantiles(boost::json::object& to, const std::string& prefix, const histogram& times);

/// Returns the number of failures by reason, with one member for each status: {"refused": 3, "status_500": 1}.
boost::json::object reasons(const std::array<std::uint64_t, failure_count>& counts, const status_counts& statuses);

/// Describes failed streams and lost, repeated or reordered events. Empty if there are none.
std::string faults_of(const load_totals& totals, const status_counts& statuses);

/// Adds the numbers of streams and of errors in their events.
void add_totals(boost::json::object& to, const load_plan& plan, const load_totals& totals,
                const status_counts& statuses);

/// Adds events, lateness, and the CPU time of both ends. The figures of the server are null if its processes are
/// unknown.
void add_measurement(boost::json::object& to, const load_measurement& measured, bool has_server);
/// Returns the same as lines of text.
std::string measurement_text(const load_measurement& measured, const load_plan& plan, bool has_server);

/// Whether the clients used nearly all CPU time that is available to them. The figures then describe the clients rather
/// than the server.
bool is_client_bottleneck(const load_measurement& measured);

/// Memory of the server, the kernel and the machine at one time.
struct memory_sample
{
    memory_use server;
    machine_memory machine;

    static memory_sample of(const std::vector<pid_t>& servers) { return {memory_of(servers), memory_of_machine()}; }
};

/// Adds the growth of memory per stream from one sample to the other.
void add_memory(boost::json::object& to, const memory_sample& before, const memory_sample& after, std::uint64_t streams,
                bool has_server);
std::string memory_text(const memory_sample& before, const memory_sample& after, std::uint64_t streams,
                        bool has_server);

} // namespace bench
