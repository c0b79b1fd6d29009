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

/// An event as an EventSource receives it: data, name and id. The name is "message" if the server sends no name.
using event = sse::parsed_event;

/// The client of one event stream. It may be moved. The destructor disconnects with FIN, and runs the server until it
/// waits.
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

    /// Waits for the next event. Throws no_answer if no event arrives within options::patience, or if the stream ends
    /// before.
    event next();
    /// Waits for the next `count` events, like next().
    std::vector<event> next(std::size_t count);
    /// Waits for the next event for at most this virtual time. Returns nothing if no event arrives, or if the stream
    /// ends before.
    std::optional<event> next_within(std::chrono::milliseconds time);
    /// Reads up to the end of the stream, and returns the remaining events. Throws no_answer if the stream does not end
    /// within options::patience.
    std::vector<event> rest();

    /// Runs the server until it waits. Returns whether the server has ended the stream or the connection.
    bool ended();
    /// Whether the response is complete: the server has sent its last chunk. A stream that is broken off is not.
    bool complete();
    /// Runs the server until it waits. Returns why the server has ended the stream. close_reason::open: the stream has
    /// not ended.
    rill::close_reason close_reason();
    /// Waits up to options::patience until the server has ended the stream, even if the client does not read. Returns
    /// close_reason::open if the stream has not ended. Throws std::logic_error if the response is not an event stream.
    rill::close_reason wait_closed();

    /// Number of comments up to now, for example heartbeats.
    std::size_t comments() const;
    /// The reconnection time that the server has sent.
    std::optional<std::chrono::milliseconds> retry() const;
    /// All bytes of the body that have arrived up to now, without the chunk framing.
    const std::string& bytes() const;

    /// Disconnects, and runs the server until it waits.
    void disconnect(departure how = departure::fin);
    /// Stops reading. The buffers then fill (network_options::receive_buffer and send_buffer).
    void stop_reading();
    /// Reads at this rate from now on, in virtual time. At least one byte per second.
    void read_at(std::size_t bytes_per_second);
    /// Ends stop_reading() and read_at(): from now on, the client reads all bytes immediately.
    void resume_reading();

private:
    struct state;

    explicit stream(std::unique_ptr<state> s) noexcept;

    std::unique_ptr<state> state_;
};

} // namespace rill::testing
