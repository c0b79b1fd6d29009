#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <rill/core/failure.hpp>
#include <rill/http/handler.hpp>
#include <rill/server/end_streams.hpp>
#include <rill/server/options.hpp>
#include <string>

namespace rill {

/// Counts of what a server holds at present, and of what it has refused. Each number is exact. The numbers are read one
/// after another, so two of them may belong to different moments.
struct server_stats
{
    std::size_t connections = 0;  ///< open now, without those that are being refused
    std::size_t streams = 0;      ///< open now
    std::size_t queued_bytes = 0; ///< now; see capacity_limits::max_queued_bytes
    std::size_t body_bytes = 0;   ///< now; see capacity_limits::max_body_bytes

    // Counted since the start.
    std::size_t refused_connections = 0; ///< those that have closed
    std::size_t refused_streams = 0;
    std::size_t overflows = 0;       ///< streams and responses ended for capacity_limits::max_queued_bytes
    std::size_t accept_pauses = 0;   ///< pauses without descriptors or memory
    std::size_t accept_failures = 0; ///< connections that ended before they were accepted
};

/// An HTTP server with one or more workers.
///
///     listen() -> run() (blocks) -> stop(), from any thread or by a signal -> run() returns
///
/// A server runs once. An error at run time is a failure, whose `code` a program can test. A mistake of the program is
/// an exception: std::invalid_argument for an option with a value that is not allowed, std::logic_error for calls in
/// the wrong order.
///
/// The handler and what it refers to must outlive run(). listen() and run() belong to one thread. Any thread may call
/// stop(), end_streams(), connections() and stats() at any time, also before and after them.
class server
{
public:
    /// Throws std::invalid_argument for an empty handler, and for an option with a value that is not allowed. The
    /// message is one line with the option, its value and the allowed values.
    server(handler app, server_options options = {});
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    ~server();

    /// Opens all listening sockets, or none. After a failure listen() may be called again, unless the sockets came from
    /// server_options::sockets.
    ///
    ///     if (const auto listening = server.listen(); !listening) {
    ///         std::clog << listening.error().message() << '\n'; // bind 127.0.0.1:8080: Address already in use
    ///     }
    ///
    /// @return the failure. Its code is error::invalid_address if `host` is not an address. Otherwise it is a code of
    /// the operating system: std::errc::address_in_use, address_not_available (no interface of this machine has the
    /// address), permission_denied (a port below 1024), too_many_files_open, not_enough_memory and others. Throws
    /// std::logic_error if the server listens already or has run.
    [[nodiscard("the failure says why it does not listen")]] tl::expected<void, failure> listen();

    /// The port of the first listening socket, after listen() has succeeded.
    std::uint16_t port() const noexcept;
    std::string url() const;

    /// Serves until the drain after stop() is over. The first worker runs in this thread, each other one in its own.
    /// Throws std::logic_error if listen() has not succeeded before, or if the server has run. Also passes on what
    /// server_options::on_listening throws.
    void run();

    /// Serves as run() does, and stops after SIGINT or SIGTERM. A second signal ends the process at once. If a handler
    /// hangs, the process ends with 0 three seconds after server_options::drain_timeout, or one second after the second
    /// signal. The service manager gets READY=1, STOPPING=1, and WATCHDOG=1 if it watches this process: see
    /// service_manager.hpp. From now on SIGPIPE does not end the process, unless the program has its own disposition of
    /// that signal.
    /// @return the failure to handle signals. Then the server has not run, and run() may be called.
    /// Throws what run() throws.
    [[nodiscard("the failure says why it has not run")]] tl::expected<void, failure> run_until_signalled();

    /// Begins the drain. The server accepts no more connections, streams end with their farewell, requests in flight
    /// may finish, and what is left after drain_timeout is cancelled. Returns at once. A call before run(), also before
    /// listen(), makes run() end as soon as it begins. The second call ends server_options::readiness_delay; further
    /// calls do nothing. Thread-safe.
    void stop();

    /// Ends the open streams that `which` selects, of all workers. Returns at once: each worker then calls `which` for
    /// its streams in its own thread, so `which` owns what it refers to, and several threads may call copies of it.
    /// Does nothing while the server does not run. Thread-safe. See rill::end_streams() for the streams that are meant
    /// and how they end. Throws std::invalid_argument as that function does.
    void end_streams(stream_predicate which, close_reason reason = close_reason::revoked);

    /// Number of open connections. Thread-safe.
    std::size_t connections() const noexcept;

    /// Thread-safe.
    server_stats stats() const noexcept;

private:
    struct state;
    struct signals;

    void stop_at_signal(signals& set);
    void serve_until_stopped();

    std::unique_ptr<state> state_;
};

/// Makes the application, listens, serves until SIGINT or SIGTERM, and drains. Uses the sockets of systemd, if there
/// are any: it calls inherited_sockets() before `make_app`.
///
///     int main() { return rill::serve(routes, {.port = 8080}); } // rill::router routes();
///
/// Does not throw. A failure of listen(), or an exception of `make_app` such as route_error, becomes one line of the
/// log.
/// @return the result for main(): 0 after a drain, 1 if the server could not start
int serve(const std::function<handler()>& make_app, server_options options = {});

/// The same for an existing application.
int serve(handler app, server_options options = {});

} // namespace rill
