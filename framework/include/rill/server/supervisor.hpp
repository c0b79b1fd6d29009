#pragma once

#include <functional>
#include <rill/http/handler.hpp>
#include <rill/server/options.hpp>
#include <rill/server/supervisor_options.hpp>

namespace rill {

/// Forks `processes` worker processes. Each worker calls `work` with its index. The result is the exit code of the
/// worker. When a worker ends for any reason, the supervisor starts it again. The other workers are not affected. There
/// is one exception: if a worker ends with exit_setup_failed before any worker has reported READY=1, the program cannot
/// start, and all workers end. After SIGTERM or SIGINT, the supervisor sends SIGTERM to the workers, and supervise()
/// returns when all of them have ended. The supervisor also passes SIGHUP, SIGUSR1 and SIGUSR2 to the workers. If the
/// supervisor is killed, its workers get SIGTERM.
///
/// Call it while the process has one thread, because fork(2) copies only the calling thread. `work` may start threads.
/// The supervisor reports to systemd for all workers: READY=1 when all of them listen, STOPPING=1, and WATCHDOG=1. Does
/// not throw. An option with a value that is not allowed, or an error at the start, becomes one line in the log.
/// @return the result for main(): 0 if all workers have ended with 0, otherwise 1
int supervise(const supervisor_options& options, const std::function<int(unsigned index)>& work);

/// Runs serve() in several processes on one port (SO_REUSEPORT). A crash ends only the streams of the crashed process.
/// Each process has its own limit of open files. The processes share no data. Therefore a channel reaches only the
/// streams of its own process. Does not throw. An error at the start becomes one line in the log, and the result is 1,
/// as in serve(). An exception of `make_app` becomes one line in the log of each process. If no worker has been ready
/// before, the result is 1. After that, such an exception restarts the worker, as a crash does.
/// @param make_app  called in each worker process
int serve_processes(const std::function<handler()>& make_app, server_options options, supervisor_options processes);

} // namespace rill
