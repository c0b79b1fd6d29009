#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <rill/http/close_reason.hpp>
#include <rill/sse/parser.hpp>
#include <rill/testing/departure.hpp>
#include <rill/testing/no_answer.hpp>
#include <rill/testing/response.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rill::testing {

namespace detail {
class client_connection;
}

/// An event as an EventSource receives it: data, name ("message" if the stream names none) and id.
using event = sse::parsed_event;

/// The client of one event stream. It may be moved. The destructor leaves with FIN, and lets the server handle it.
///
/// The functions run the server while they wait. The virtual clock moves when all coroutines wait.
class stream
{
public:
    stream(std::shared_ptr<detail::client_connection> connection, response head);
    stream(stream&& other) noexcept;
    stream& operator=(stream&& other) noexcept;
    ~stream();

    /// Status and header fields of the response. If it is not 200 with text/event-stream, `body` holds all of it.
    const response& head() const noexcept;
    int status() const noexcept { return head().status; }

    /// Waits for the next event. Throws no_answer if it does not come within options::patience, or if the stream ends.
    event next();
    /// The next `count` events.
    std::vector<event> next(std::size_t count);
    /// Waits for the next event for this virtual time. Empty if it does not come, or if the stream ends before.
    std::optional<event> next_within(std::chrono::milliseconds time);
    /// Reads up to the end of the stream, and returns the remaining events. Throws no_answer if the stream does not end
    /// within options::patience.
    std::vector<event> rest();

    /// Whether the server has ended the stream, or the connection. Lets the server handle what is ready before.
    bool ended();
    /// Whether the response is complete: the server has sent its last chunk. A stream that is broken off is not.
    bool complete();
    /// Why the stream has ended in the server: close_reason::open if it has not. Lets the server handle what is ready
    /// before.
    rill::close_reason close_reason();
    /// Waits up to options::patience until the stream has ended in the server. Returns close_reason::open if it has
    /// not. The client need not read for this.
    rill::close_reason wait_closed();

    /// Number of comments up to now, for example heartbeats.
    std::size_t comments() const noexcept;
    /// The reconnection time that the server has sent.
    std::optional<std::chrono::milliseconds> retry() const;
    /// The body as it has arrived up to now, without its framing.
    const std::string& bytes() const noexcept;

    /// Leaves, and lets the server handle it.
    void disconnect(departure how = departure::fin);
    /// Stops to read. Then network_options::receive_buffer and send_buffer fill.
    void stop_reading();
    /// Reads at this rate from now on, in virtual time. At least one byte per second.
    void read_at(std::size_t bytes_per_second);
    /// Reads everything at once again.
    void resume_reading();

private:
    struct state;

    explicit stream(std::unique_ptr<state> s) noexcept;

    std::unique_ptr<state> state_;
};

} // namespace rill::testing
