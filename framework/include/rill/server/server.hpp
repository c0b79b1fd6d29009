#pragma once

#include <cstdint>
#include <memory>
#include <rill/core/error.hpp>
#include <rill/http/handler.hpp>
#include <rill/server/options.hpp>
#include <string>

namespace rill {

/// What a server carries, and what it had to refuse. Each figure is exact, all together are no snapshot.
struct server_load
{
    std::size_t connections = 0;  ///< at present, but for those that are just being refused
    std::size_t streams = 0;      ///< at present
    std::size_t queued_bytes = 0; ///< at present; see capacity_limits

    // Since the beginning.
    std::size_t refused_connections = 0; ///< that have gone
    std::size_t refused_streams = 0;
    std::size_t overflows = 0;       ///< streams and responses ended for capacity_limits::queued_bytes
    std::size_t accept_pauses = 0;   ///< for want of descriptors or memory
    std::size_t accept_failures = 0; ///< connections that were gone before they were accepted
};

/// An HTTP server: workers that accept, and a shutdown that ends every stream properly.
///
///     listen() -> run() (blocks) -> stop(), from any thread or from a signal -> run() returns
///
/// The handler and everything it refers to must outlive run().
class server
{
public:
    server(handler app, server_options options = {});
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    ~server();

    /// Binds all listening sockets. On failure the error says in one line what could not be had, e.g. a port that is
    /// taken.
    tl::expected<void, std::string> listen();

    /// The port that is listened on, once listen() has succeeded.
    std::uint16_t port() const noexcept;
    std::string url() const;

    /// Serves until stop() was called and the drain is over. Runs one worker in this thread.
    void run();

    /// As run(), and stops at SIGINT or SIGTERM; a second signal ends the process at once. Where a handler hangs, the
    /// process ends with 0 three seconds after server_options::drain_timeout, or one after the second signal. Tells the
    /// service manager of it (see service_manager.hpp): READY=1, STOPPING=1, and WATCHDOG=1 if it wants to hear that.
    /// @return the error says in one line why signals can't be heard; then it has not run
    tl::expected<void, std::string> run_until_signalled();

    /// Begins the drain: nothing new is accepted, streams end with their farewell, requests in flight may finish, and
    /// what is left after the drain timeout is cancelled. Thread-safe; returns at once. The second call
    /// cuts server_options::unready_time short; others do nothing.
    void stop();

    /// Connections that are open now. Thread-safe.
    std::size_t connections() const noexcept;

    /// Thread-safe.
    server_load load() const noexcept;

private:
    struct state;
    struct signals;

    void stop_at_signal(signals& set);

    std::unique_ptr<state> state_;
};

/// Listens, serves until SIGINT or SIGTERM, and drains. Takes sockets that systemd has passed (passed_sockets()).
/// @return 0 after a drain, 1 when the server could not start (the log says why in one line): main()'s result
int serve(handler app, server_options options = {});

} // namespace rill
