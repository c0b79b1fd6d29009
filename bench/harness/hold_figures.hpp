#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "harness/load_session.hpp"
#include "harness/machine.hpp"

namespace bench {

/// What holding streams came to.
struct hold_figures
{
    load_plan plan;
    double ramp_seconds = 0;
    histogram answer_time;
    load_measurement measured;
    load_totals totals; ///< at the end
    bool has_server = false;
    memory_use server_before, server_after;
    machine_memory machine_before, machine_after;
    memory_use client_after;
    bool was_interrupted = false;

    /// Failures and lost, repeated or reordered events, in words; empty if there were none.
    std::string faults() const;
    /// Whether the clients used up nearly all of a core, so that the figures say more of them than of the server.
    bool is_client_bottleneck() const;

    boost::json::object json() const;
    /// For people, several lines.
    std::string text() const;
};

} // namespace bench
