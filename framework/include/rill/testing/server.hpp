#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <rill/http/handler.hpp>
#include <rill/http/observer.hpp>
#include <rill/server/server.hpp>
#include <rill/testing/connection.hpp>
#include <rill/testing/log_line.hpp>
#include <rill/testing/options.hpp>
#include <rill/testing/stream.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rill::testing {

/// A server in a test: the production code from the connection upwards, without sockets, threads and sleeps.
///
///     testing::server app(my_app());
///     auto ticks = app.open("/ticks?ms=1000");
///     CHECK(ticks.next().data == "1");
///
/// The clients are in memory, and the calling thread runs the worker inside the functions of this class and of its
/// clients. Between these calls nothing happens. The clock of rill's timers is virtual: it stands still while anything
/// is ready to run, and jumps to the next timer when all coroutines wait. The wall clock (std::chrono::system_clock)
/// is not virtual, except for the Date field.
///
/// Nothing is random: two runs with the same calls give the same bytes, if the application itself uses no random
/// numbers and no wall clock.
///
/// Belongs to the thread that has made it. A second server, also of the same thread, has its own clock. Clients may
/// outlive the server, and then throw std::logic_error. The destructor cancels all that runs, as rill::server does.
class server
{
public:
    /// Throws what rill::server's constructor throws.
    explicit server(handler app, testing::options options = {});
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    ~server();

    // Each request has its own connection, which the client closes after the response.

    /// Sends a request and waits for the whole response. Throws no_answer if it does not come within options::patience,
    /// or if the connection ends before.
    response request(std::string_view method, std::string_view target, std::string_view body = {},
                     const fields& with = {});
    response get(std::string_view target, const fields& with = {}) { return request("GET", target, {}, with); }
    response post(std::string_view target, std::string_view body, const fields& with = {})
    {
        return request("POST", target, body, with);
    }

    /// Opens an event stream. Returns when the head of the response has arrived. Throws no_answer as request() does.
    /// A response that is no event stream is no error: see stream::head().
    stream open(std::string_view target, const fields& with = {});
    /// The same for streams that answer another method, as those of language models do.
    stream open(std::string_view method, std::string_view target, std::string_view body, const fields& with = {});

    /// Makes a connection for several requests, or for bytes that are not a correct request.
    connection connect();

    /// Lets time pass: fires all timers that become due.
    void advance(std::chrono::milliseconds by);
    /// Runs all that is ready. The clock stands still.
    void run_ready();
    /// Runs the server until the condition holds. It is checked whenever all coroutines wait.
    /// @return false if it does not hold after `within` of virtual time (0: options::patience), or if the server ends
    bool run_until(const std::function<bool()>& condition, std::chrono::milliseconds within = {});
    /// The virtual time since the server was made.
    std::chrono::milliseconds now() const;

    /// Begins the drain and waits for its end, as rill::server does after SIGTERM: streams get their farewell, requests
    /// in flight may finish, and what is left after server_options::drain_timeout is cancelled.
    void shut_down();
    /// Only begins the drain.
    void begin_shut_down();

    /// Number of open connections. Lets the server handle what is ready before.
    std::size_t connections();
    /// Number of open streams. Lets the server handle what is ready before.
    std::size_t streams();
    server_stats stats();

    /// The close reasons of all streams that have ended, in their order.
    const std::vector<close_reason>& close_reasons();
    /// All lines of the log, of each level.
    const std::vector<log_line>& log();
    /// The lines of the log from this level on, each with a line feed.
    std::string log_text(log_level from = log_level::warning);

private:
    std::shared_ptr<detail::session> session_;
};

} // namespace rill::testing
