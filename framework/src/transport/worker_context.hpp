#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <rill/core/detail/first_failure.hpp>
#include <rill/core/detail/unwinder.hpp>
#include <rill/core/timer_service.hpp>
#include <rill/http/handler.hpp>
#include <rill/http/limits.hpp>
#include <rill/http/observer.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "transport/capacity.hpp"
#include "transport/drain_schedule.hpp"
#include "transport/reactor.hpp"
#include "transport/slow_handlers.hpp"
#include "transport/worker_figures.hpp"

namespace rill::transport {

class http1_connection;

/// What the connections of one worker share. Belongs to the worker's thread.
class worker_context
{
public:
    /// `shared` is what all workers of the server have together; without it, this one stands alone and unlimited.
    worker_context(asio::io_context& context, const handler& app, const connection_limits& limits,
                   const observer& observer, capacity* shared = nullptr);
    worker_context(const worker_context&) = delete;
    worker_context& operator=(const worker_context&) = delete;
    ~worker_context();

    /// Calls `connection.on_later()` from the event loop, once, outside any coroutine. What ends a connection goes this
    /// way, so that it never ends under the feet of a coroutine or of the reactor.
    void later(http1_connection& connection) noexcept;

    /// Makes room for what is noted of a socket; may throw bad_alloc, after which opened() and the like do not.
    void reserve(int socket);
    void opened(http1_connection& connection, int socket) noexcept;
    /// Whether the server has a place for that connection.
    capacity::place admit(int socket);
    /// Whether there is one for it now, if there was none.
    bool admit_late(int socket);
    void closed(int socket, capacity::place place);

    /// False when the server has no place for a stream of that client.
    bool enter_stream(int socket, std::string_view address);
    void leave_stream(int socket) noexcept;

    /// From now on the calling thread is the worker's. Until it is called that is the one that has made this.
    void runs_here() noexcept { thread_ = std::this_thread::get_id(); }
    /// Whether the calling thread is the worker's. From any thread.
    bool on_own_thread() const noexcept { return thread_ == std::this_thread::get_id(); }

    std::size_t connections() const noexcept { return connections_.load(std::memory_order_relaxed); }

    /// Appends a report of at most `limit` streams, and returns how many there are.
    std::size_t report_streams(std::vector<stream_report>& to, std::size_t limit) const;

    /// First stage of a shutdown: idle connections close, streams without finish_on_shutdown end, one after
    /// another over `spread` (see drain_schedule), and the worker's shutdown_signal is set.
    void begin_drain(std::chrono::milliseconds spread = {});
    /// Second stage: everything that is left is cancelled.
    void cancel_all();
    bool draining() const noexcept { return draining_; }

    /// `pause` is a timer that runs while its owner waits for resources: when a connection has been closed, which
    /// leaves a descriptor, it fires at once. Until forget_pause().
    void cut_short(timer_node& pause);
    void forget_pause(timer_node& pause) noexcept;

    /// Called from the event loop, once the shutdown has begun and no connection is left.
    std::function<void()> on_drained;

    /// The worker's time in ms, for differences. Costs nothing while timers are fired.
    std::uint64_t milliseconds() const noexcept;
    /// The same modulo 2^32, which are 49 days.
    std::uint32_t now() const noexcept { return static_cast<std::uint32_t>(milliseconds()); }

    /// The Date header's value (RFC 9110, 6.6.1), made once a second.
    std::string_view date();

    void log(log_level level, std::string_view text) const;

    /// Tells that a limit of capacity_limits was met; once in a while, as who meets it may be many.
    void log_full(std::string_view what) noexcept;

    asio::io_context& io;
    timer_service& timers;
    transport::reactor reactor;
    const handler& app;
    const connection_limits& limits;
    const rill::observer& events;
    capacity& room;
    worker_figures figures;
    slow_handlers slow;

private:
    worker_context(asio::io_context& context, const handler& app, const connection_limits& limits,
                   const observer& observer, std::unique_ptr<capacity> own, capacity* shared);

    std::thread::id thread_ = std::this_thread::get_id();
    std::unique_ptr<capacity> own_room_;
    std::uint64_t connection_address(int socket) const noexcept;
    void log_slow(std::string_view who, std::chrono::milliseconds blocked) const;
    void log_ignored(const detail::cancelled_coroutine& which, detail::unwinder::outcome what) const;
    void run_later();
    void run_unnoted(detail::first_failure& failure);
    void check_drained() noexcept;
    void end_pauses();
    void trim();
    void drain_due_streams();

    std::vector<http1_connection*> later_;
    bool some_unnoted_ = false; // there was no memory for more in later_
    detail::coalesced_post runs_later_;
    detail::coalesced_post tells_drained_;
    std::vector<http1_connection*> by_socket_; // cheaper than links in every connection
    // Address keys, by socket; empty unless there is a limit for each address.
    std::vector<std::uint64_t> connection_addresses_;
    std::vector<std::uint64_t> stream_addresses_;
    std::atomic<std::size_t> connections_ = 0; // written by the worker, read by anyone
    std::size_t closed_since_trim_ = 0;
    std::vector<timer_node*> pauses_; // of listeners
    bool draining_ = false;
    std::optional<std::uint64_t> told_full_; // ms
    std::int64_t date_second_ = -1;
    std::string date_;
    struct trim_timer : timer_node
    {
        worker_context* owner = nullptr;
    } trim_;
    struct drain_timer : timer_node
    {
        worker_context* owner = nullptr;
        drain_schedule schedule;
        timer_service::clock::time_point began;
        std::size_t ended = 0;  // streams
        std::size_t socket = 0; // where to look for the next
    } drain_;
};

} // namespace rill::transport
