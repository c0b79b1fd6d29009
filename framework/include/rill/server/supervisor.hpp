#pragma once

#include <functional>
#include <rill/http/handler.hpp>
#include <rill/server/options.hpp>
#include <rill/server/supervisor_options.hpp>

namespace rill {

/// Forks `processes` worker processes. Each calls `work` with its index, and ends with the result. A worker that ends,
/// in any way, is started again; the others are not affected. There is one exception: all workers end if one of them
/// ends with exit_setup_failed before any has reported READY=1, because then the program cannot start. Returns after
/// SIGTERM or SIGINT, when all workers have ended: the supervisor passes SIGTERM on to them. It also passes on SIGHUP,
/// SIGUSR1 and SIGUSR2. If the supervisor is killed, its workers get SIGTERM.
///
/// Call it while the process has one thread, because fork(2) copies only the calling thread. `work` may start threads.
/// The supervisor reports to systemd for all workers: READY=1 when all of them listen, STOPPING=1, and WATCHDOG=1.
/// Does not throw: an option with a value that is not allowed, or an error at the start, is one line of the log.
/// @return the result for main(): 0 if all workers have ended with 0, otherwise 1
int supervise(const supervisor_options& options, const std::function<int(unsigned index)>& work);

/// Runs serve() in several processes on one port (SO_REUSEPORT). A crash ends only the streams of its own process, and
/// each process has its own limit of open files. The processes share nothing: a channel reaches the streams of its own
/// process.
/// Does not throw. An error at the start is one line of the log and the result 1, as in serve(). An exception of
/// `make_app` is one line of the log for each process and the result 1, if no worker has been ready before. After that,
/// it restarts the worker as a crash does.
/// @param make_app  called in each worker process
int serve_processes(const std::function<handler()>& make_app, server_options options, supervisor_options processes);

} // namespace rill
