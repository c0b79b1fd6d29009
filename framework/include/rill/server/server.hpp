#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <rill/core/failure.hpp>
#include <rill/http/handler.hpp>
#include <rill/server/options.hpp>
#include <string>

namespace rill {

/// What a server carries, and what it had to refuse. Each figure is exact, all together are no snapshot.
struct server_stats
{
    std::size_t connections = 0;  ///< at present, but for those that are just being refused
    std::size_t streams = 0;      ///< at present
    std::size_t queued_bytes = 0; ///< at present; see capacity_limits
    std::size_t body_bytes = 0;   ///< the same, of requests

    // Since the beginning.
    std::size_t refused_connections = 0; ///< that have gone
    std::size_t refused_streams = 0;
    std::size_t overflows = 0;       ///< streams and responses ended for capacity_limits::max_queued_bytes
    std::size_t accept_pauses = 0;   ///< for want of descriptors or memory
    std::size_t accept_failures = 0; ///< connections that were gone before they were accepted
};

/// An HTTP server: workers that accept, and a shutdown that ends every stream properly.
///
///     listen() -> run() (blocks) -> stop(), from any thread or from a signal -> run() returns
///
/// A server runs once. What can go wrong at run time is a failure, whose `code` a program can test; mistakes of the
/// program are exceptions: std::invalid_argument for options that cannot be, std::logic_error for calls out of order.
///
/// The handler and everything it refers to must outlive run(). listen() and run() belong to one thread; stop(),
/// connections() and stats() may be called from any thread, also before and after them.
class server
{
public:
    /// Throws std::invalid_argument for an empty handler and for an option that cannot be. The message is one line that
    /// names the option, its value and what is allowed.
    server(handler app, server_options options = {});
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    ~server();

    /// Binds all listening sockets. Everything is closed again when one of them cannot be had; then listen() may be
    /// called once more, but for a server with server_options::sockets.
    ///
    ///     if (const auto listening = server.listen(); !listening) {
    ///         std::clog << listening.error().message() << '\n'; // bind 127.0.0.1:8080: Address already in use
    ///     }
    ///
    /// @return the failure. Its code is error::invalid_address where `host` is not an address, or that of the operating
    /// system: std::errc::address_in_use, address_not_available (no interface of this machine has it),
    /// permission_denied (a port below 1024), too_many_files_open, not_enough_memory and others.
    /// Throws std::logic_error when it listens already or has run.
    [[nodiscard("the failure says why it does not listen")]] tl::expected<void, failure> listen();

    /// The port that is listened on, once listen() has succeeded.
    std::uint16_t port() const noexcept;
    std::string url() const;

    /// Serves until stop() was called and the drain is over. Runs one worker in this thread, the others in threads of
    /// their own.
    /// Throws std::logic_error without a listen() that has succeeded, and when it has run already. What
    /// server_options::on_listening throws leaves it, too.
    void run();

    /// As run(), and stops at SIGINT or SIGTERM; a second signal ends the process at once. Where a handler hangs, the
    /// process ends with 0 three seconds after server_options::drain_timeout, or one after the second signal. Tells the
    /// service manager of it (see service_manager.hpp): READY=1, STOPPING=1, and WATCHDOG=1 if it wants to hear that.
    /// From now on SIGPIPE does not end the process, unless the program has set what it does.
    /// @return the failure to listen for signals; then it has not run, and run() still may
    /// Throws what run() throws.
    [[nodiscard("the failure says why it has not run")]] tl::expected<void, failure> run_until_signalled();

    /// Begins the drain: nothing new is accepted, streams end with their farewell, requests in flight may finish, and
    /// what is left after the drain timeout is cancelled. Thread-safe; returns at once. Before run(), also before
    /// listen(), it makes run() end as soon as it has begun. The second call cuts server_options::readiness_delay
    /// short; others do nothing.
    void stop();

    /// Connections that are open now. Thread-safe.
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

/// Makes the application, listens, serves until SIGINT or SIGTERM, and drains. Takes sockets that systemd has passed
/// (inherited_sockets()), before it calls `make_app`.
///
///     int main() { return rill::serve(routes, {.port = 8080}); } // rill::router routes();
///
/// Does not throw: what prevents the start is one line of the log, be it a failure of listen() or an exception that
/// leaves `make_app`, such as route_error.
/// @return 0 after a drain, 1 when the server could not start: main()'s result
int serve(const std::function<handler()>& make_app, server_options options = {});

/// The same of an application that there is already. Exceptions that are thrown while it is made are the caller's.
int serve(handler app, server_options options = {});

} // namespace rill
