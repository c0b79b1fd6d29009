#pragma once

#include <string>

#include "faults/calls.hpp"

namespace rill_faults {

/// The kind of the process under test.
enum class program : unsigned char
{
    service,    ///< serve() with two threads, an inherited socket and a service manager, as under systemd
    supervised, ///< serve_processes(), with two workers
};

struct process_report
{
    call_counts counts{}; ///< set_up: until the server listens; request: after that
    bool came_about = false;
    bool started = false;
    bool answered = false; ///< after at most two requests for each page
    bool replaced = false; ///< a killed worker was replaced; always true for a service
    int exit_code = 0;     ///< or the negative number of the signal
    bool orphans = false;  ///< whether workers still run
    std::string output;
};

/// Runs a process with this fault. It starts, answers requests, loses a worker, and stops after SIGTERM.
process_report run_process(program p, const fault* f);

} // namespace rill_faults
