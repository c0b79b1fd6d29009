#pragma once

#include <string>

#include "faults/calls.hpp"

namespace rill_faults {

/// What a process is that serves.
enum class program : unsigned char
{
    service,    ///< serve(), with a socket and a service manager as systemd gives them, and two threads
    supervised, ///< serve_processes(), with two workers
};

struct process_report
{
    call_counts counts{}; ///< of set_up, up to where it listens, and of request, for all that comes then
    bool came_about = false;
    bool started = false;
    bool answered = false; ///< at the latest the second time it was asked
    bool replaced = false; ///< a worker that was killed; of a service nothing is asked that way
    int exit_code = 0;     ///< or -SIGNAL
    bool orphans = false;  ///< workers that live on
    std::string output;
};

/// The life of a process: it starts, answers, loses a worker, and is told to stop by SIGTERM; with this fault.
process_report run_process(program p, const fault* f);

} // namespace rill_faults
