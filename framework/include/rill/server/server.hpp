#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <rill/core/failure.hpp>
#include <rill/http/handler.hpp>
#include <rill/server/end_streams.hpp>
#include <rill/server/options.hpp>
#include <rill/server/server_stats.hpp>
#include <string>

namespace rill {

/// An HTTP server with one or more workers.
///
///     listen() -> run() (blocks) -> stop(), from any thread or by a signal -> run() returns
///
/// A server runs once. Functions return an error at run time as a failure. A program can test its `code`. A mistake of
/// the program is an exception: std::invalid_argument for an option with a value that is not allowed, std::logic_error
/// for calls in the wrong order.
///
/// The handler and all objects to which it refers must outlive run(). Call listen() and run() from the same thread. Any
/// thread may call stop(), end_streams(), connections() and stats() at any time, also before listen() and after run().
class server
{
public:
    /// Throws std::invalid_argument for an empty handler, and for an option with a value that is not allowed. The
    /// message is one line with the option, its value and the allowed values.
    server(handler app, server_options options = {});
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    ~server();

    /// Opens all listening sockets. If one of them fails, no socket stays open. After a failure listen() may be called
    /// again, unless the sockets came from server_options::sockets.
    ///
    ///     if (const auto listening = server.listen(); !listening) {
    ///         std::clog << listening.error().message() << '\n'; // bind 127.0.0.1:8080: Address already in use
    ///     }
    ///
    /// @return nothing on success, otherwise the failure. Its code is error::invalid_address if `host` is not an
    /// address. Otherwise it is a code of the operating system: std::errc::address_in_use, address_not_available (no
    /// interface of this machine has the address), permission_denied (a port below 1024), too_many_files_open,
    /// not_enough_memory and others. Throws std::logic_error if the server already listens or has run.
    [[nodiscard("the failure says why it does not listen")]] tl::expected<void, failure> listen();

    /// The port of the first listening socket, after listen() has succeeded.
    std::uint16_t port() const noexcept;
    std::string url() const;

    /// Serves until stop() is called and the drain has ended. The first worker runs in this thread. Each other worker
    /// runs in a thread of its own. Throws std::logic_error if listen() has not succeeded, or if the server has already
    /// run. If server_options::on_listening throws, run() throws the same exception.
    void run();

    /// Serves as run() does, and calls stop() after SIGINT or SIGTERM. A second signal ends the process at once. If a
    /// handler hangs, the process ends with exit code 0 three seconds after server_options::drain_timeout, or one
    /// second after the second signal. The service manager gets READY=1 and STOPPING=1. It also gets WATCHDOG=1 if it
    /// watches this process. See service_manager.hpp. From this call on, SIGPIPE does not end the process, unless the
    /// program has set its own disposition of SIGPIPE.
    /// @return the failure, if the process cannot handle signals. The server has then not run, and run() may be called.
    /// Throws the exceptions of run().
    [[nodiscard("the failure says why it has not run")]] tl::expected<void, failure> run_until_signalled();

    /// Begins the shutdown and returns at once. After server_options::readiness_delay the drain begins. The server then
    /// accepts no more connections, streams end with their farewell, and requests in flight may finish. After
    /// drain_timeout the server cancels all remaining handlers. If stop() is called before run(), also before listen(),
    /// run() returns as soon as it begins. A second call ends server_options::readiness_delay. Further calls do
    /// nothing. Thread-safe.
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

/// Makes the application, listens, serves until SIGINT or SIGTERM, and drains. If systemd passes sockets, serve() uses
/// them. For this purpose it calls inherited_sockets() before `make_app`.
///
///     int main() { return rill::serve(routes, {.port = 8080}); } // rill::router routes();
///
/// Does not throw. A failure of listen(), or an exception of `make_app` such as route_error, becomes one line in the
/// log.
/// @return the result for main(): 0 after a drain, 1 if the server could not start
int serve(const std::function<handler()>& make_app, server_options options = {});

/// The same with an application that already exists.
int serve(handler app, server_options options = {});

} // namespace rill
