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

/// A server in a test. It runs the production code without sockets, threads and sleeps.
///
///     testing::server app(my_app());
///     auto ticks = app.open("/ticks?ms=1000");
///     CHECK(ticks.next().data == "1");
///
/// The clients are in memory. The functions of this class and of its clients run the worker in the calling thread. The
/// server does nothing between these calls. The clock of rill's timers is virtual. When all coroutines wait, it jumps
/// to the next timer. Otherwise it stands still. The wall clock (std::chrono::system_clock) is not virtual, except for
/// the Date field.
///
/// Two runs with the same calls produce the same bytes, if the application itself uses no random numbers and no wall
/// clock.
///
/// A server belongs to the thread that has created it. Each server has its own clock, even if a thread has several
/// servers. Clients may outlive the server. Their functions then throw std::logic_error. The destructor cancels all
/// coroutines, as rill::server does.
class server
{
public:
    /// Throws the exceptions of the constructor of rill::server, and std::invalid_argument for options of the kit.
    explicit server(handler app, testing::options options = {});
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    ~server();

    // Each request has its own connection, which the client closes after the response.

    /// Sends a request and waits for the whole response. Throws no_answer if the response does not arrive within
    /// options::patience, or if the connection ends before.
    response request(std::string_view method, std::string_view target, std::string_view body = {},
                     const fields& with = {});
    response get(std::string_view target, const fields& with = {}) { return request("GET", target, {}, with); }
    response post(std::string_view target, std::string_view body, const fields& with = {})
    {
        return request("POST", target, body, with);
    }

    /// Opens an event stream. Returns when the head of the response has arrived, even if the stream has failed
    /// already. Throws no_answer like request(). A response that is not an event stream is not an error: see
    /// stream::head().
    stream open(std::string_view target, const fields& with = {});
    /// Opens an event stream with another method, such as POST for a language model.
    stream open(std::string_view method, std::string_view target, std::string_view body, const fields& with = {});

    /// Opens a connection for several requests, or for bytes that are not a correct request.
    connection connect();

    /// Moves the virtual clock, and fires all timers that become due. The clock stops 100 years after its start. This
    /// and the other functions with a time throw std::invalid_argument if the time is negative.
    void advance(std::chrono::milliseconds by);
    /// Runs the server until it waits. Does not move the clock.
    void run_ready();
    /// Runs the server until the condition is true. Checks the condition whenever all coroutines wait.
    /// @return false if the virtual time `within` (0: options::patience) passes before, or if the server ends
    bool run_until(const std::function<bool()>& condition, std::chrono::milliseconds within = {});
    /// The virtual time since the construction of the server.
    std::chrono::milliseconds now() const;

    /// Begins the drain and waits for its end, as rill::server does after SIGTERM. Streams get their farewell, and
    /// pending requests may finish. After server_options::drain_timeout the server cancels the remaining handlers.
    void shut_down();
    /// Only begins the drain.
    void begin_shut_down();

    /// Runs the server until it waits. Returns the number of open connections.
    std::size_t connections();
    /// Runs the server until it waits. Returns the number of open streams.
    std::size_t streams();
    server_stats stats();

    /// The close reasons of all streams that have ended, in the order of their ends.
    const std::vector<close_reason>& close_reasons();
    /// All lines of the log, with every level.
    const std::vector<log_line>& log();
    /// The lines of the log with this level or a more severe one. Each line ends with a line feed.
    std::string log_text(log_level from = log_level::warning);

private:
    std::shared_ptr<detail::session> session_;
};

} // namespace rill::testing
