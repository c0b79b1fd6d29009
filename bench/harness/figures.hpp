#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "harness/load_session.hpp"
#include "harness/load_totals.hpp"
#include "harness/process_stats.hpp"

// How figures are named and written, the same in the output of every subcommand.
namespace bench {

/// a/b, or null when there is no b.
boost::json::value ratio(double a, double b);

/// "p50 0.1  p99 0.9  p99.9 1.2  max 3 ms"
std::string quantiles_text(const histogram& times);
/// PREFIXp50_ms, PREFIXp99_ms, PREFIXp999_ms and PREFIXmax_ms; null when nothing was measured.
void add_quantiles(boost::json::object& to, const std::string& prefix, const histogram& times);

/// Reasons with their counts, statuses apart: {"refused": 3, "status_500": 1}.
boost::json::object reasons(const std::array<std::uint64_t, failure_count>& counts, const status_counts& statuses);

/// Failures and lost, repeated or reordered events, in words; empty if there were none.
std::string faults_of(const load_totals& totals, const status_counts& statuses);

/// Counts of streams and of what was wrong with their events.
void add_totals(boost::json::object& to, const load_plan& plan, const load_totals& totals,
                const status_counts& statuses);

/// Events, lateness, and CPU of both ends. The server's figures are null when no process of it is known.
void add_measurement(boost::json::object& to, const load_measurement& measured, bool has_server);
/// The same in lines for people.
std::string measurement_text(const load_measurement& measured, const load_plan& plan, bool has_server);

/// Whether the clients used up nearly all that they could: then the figures say more of them than of the server.
bool is_client_bottleneck(const load_measurement& measured);

/// Server, kernel and machine memory at one moment.
struct memory_sample
{
    memory_use server;
    machine_memory machine;

    static memory_sample of(const std::vector<pid_t>& servers) { return {memory_of(servers), memory_of_machine()}; }
};

/// What streams cost between two moments.
void add_memory(boost::json::object& to, const memory_sample& before, const memory_sample& after, std::uint64_t streams,
                bool has_server);
std::string memory_text(const memory_sample& before, const memory_sample& after, std::uint64_t streams,
                        bool has_server);

} // namespace bench
