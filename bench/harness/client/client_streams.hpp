#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "harness/client/connect.hpp"
#include "harness/client/load_commands.hpp"
#include "harness/client/load_plan.hpp"
#include "harness/client/stream_check.hpp"

struct epoll_event;

namespace bench {

/// The streams of one load client, on one epoll instance. Opens the streams, reads their events and checks them. Opens
/// a stream again after a disconnection. Counts everything in a load_client_block.
class client_streams
{
public:
    /// @param number  index of this client process, from 0
    client_streams(const load_plan& plan, unsigned number, load_client_block& results);
    client_streams(const client_streams&) = delete;
    client_streams& operator=(const client_streams&) = delete;
    ~client_streams();

    /// Waits for ready sockets and handles them. Returns soon if streams must be opened.
    /// @param is_busy  the caller has work in the next milliseconds
    void poll(bool is_busy);
    /// Closes the streams whose response head did not arrive in time.
    void check_timeouts(std::int64_t now);
    /// Opens some of the closed streams, as fast as the plan allows.
    void open_some(std::int64_t now);

    /// Allows open_some() to open all streams for the first time.
    /// @param ramp_start  start of the ramp, CLOCK_REALTIME in nanoseconds
    void begin_opening(std::int64_t ramp_start);
    /// Until end_reconnecting(), response times count from `start`. Failed attempts are repeated until `retry_until`.
    void begin_reconnecting(std::int64_t start, std::int64_t retry_until);
    void end_reconnecting() { begin_reconnecting(0, 0); }
    /// Whether a stream must be opened or waits for its response head.
    bool is_opening() const { return has_to_open() || opening_count_ > 0; }
    /// All streams that are not open yet fail.
    void abort_opening();
    /// All streams without an attempt to open them fail. The others may still become live.
    void stop_opening();

    void begin_measurement(std::int64_t from, std::int64_t until);
    void end_measurement(std::int64_t until);

    std::uint32_t size() const { return static_cast<std::uint32_t>(streams_.size()); }
    bool is_live(std::uint32_t index) const { return streams_[index].now == state::live; }
    /// Closes a live stream. open_some() opens it again.
    void disconnect(std::uint32_t index, std::int64_t reconnect_at, bool by_reset);
    /// Stops reading from the stalled share of the streams.
    void stall();
    /// Closes this share of the live streams for good. These streams are evenly distributed among the others.
    void close_share(double share);

private:
    enum class state : std::uint8_t
    {
        closed,
        connecting,
        waiting, ///< waits for the response head
        live,
        stalled, ///< live, but the client does not read from it
        failed,
    };

    /// The state of one stream. There are up to 19,000 in a process.
    struct stream
    {
        int socket = -1;
        state now = state::closed;
        bool was_live = false;  ///< the stream was live on an earlier connection
        std::int64_t since = 0; ///< time of the call to connect()
        stream_check check;

        bool is_opening() const { return now == state::connecting || now == state::waiting; }
    };
    static_assert(sizeof(stream) <= 152);

    struct reconnect_time
    {
        std::int64_t when;
        std::uint32_t index;
    };

    // opening
    bool has_to_open() const { return next_ < streams_.size() || !reconnecting_.empty(); }
    int wait_time(bool is_busy) const;
    void open(std::uint32_t index);
    void send_request(std::uint32_t index);
    void on_response_head(stream& one, std::int64_t now);

    // receiving
    void handle(const epoll_event& event);
    void receive(std::uint32_t index);
    void watch(std::uint32_t index, int operation, std::uint32_t events);
    void fail(std::uint32_t index, failure reason);
    void close(stream& one, bool by_reset = false);

    const load_plan& plan_;
    const unsigned number_;
    load_client_block& results_;
    load_counters& counters_;
    check_context context_;
    source_addresses sources_;
    std::vector<stream> streams_;
    std::vector<char> buffer_;
    std::deque<std::uint32_t> opening_;       ///< in the order of connect(); may contain streams that are already open
    std::deque<reconnect_time> reconnecting_; ///< streams to open again, ordered by their times
    std::uint32_t opening_count_ = 0;         ///< number of streams without a response head
    std::uint32_t next_;                      ///< the next stream to open for the first time
    std::uint32_t max_connecting_;
    std::int64_t ramp_start_ = 0;
    std::int64_t reconnect_start_ = 0; ///< if 0, response times count from connect()
    std::int64_t retry_until_ = 0;
    int epoll_;
};

} // namespace bench
