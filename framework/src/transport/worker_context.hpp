#pragma once

#include <cstdint>
#include <memory>
#include <rill/core/timer_service.hpp>
#include <rill/http/handler.hpp>
#include <rill/http/limits.hpp>
#include <rill/http/observer.hpp>
#include <thread>
#include <vector>

#include "core/unwinder.hpp"
#include "transport/accept_pauses.hpp"
#include "transport/admission.hpp"
#include "transport/capacity.hpp"
#include "transport/connection.hpp"
#include "transport/connection_table.hpp"
#include "transport/deferred_list.hpp"
#include "transport/drain_progress.hpp"
#include "transport/http_date_cache.hpp"
#include "transport/memory_trimmer.hpp"
#include "transport/reactor.hpp"
#include "transport/slow_handlers.hpp"
#include "transport/stream_extras.hpp"
#include "transport/stream_socket.hpp"
#include "transport/worker_logger.hpp"
#include "transport/worker_stats.hpp"

namespace rill::transport {

/// The parts that the connections of one worker share. Belongs to the worker's thread.
class worker_context
{
public:
    /// @param shared the resources of all workers of the server. Null for a single worker without limits.
    worker_context(asio::io_context& context, const handler& app, const connection_limits& limits,
                   const observer& observer, capacity* shared = nullptr);
    worker_context(const worker_context&) = delete;
    worker_context& operator=(const worker_context&) = delete;
    /// Does not destroy connections that a shutdown could not end, because their coroutines still refer to them.
    ~worker_context();

    /// Allocates the entries of a socket. May throw bad_alloc. opened() and closed() do not throw bad_alloc.
    void reserve(int socket);
    void opened(connection& c, stream_socket socket) noexcept;
    /// Call this function before the socket is closed. `held` is the connection's slot.
    void closed(stream_socket socket, capacity::slot held);

    /// Number of open connections. Thread-safe.
    std::size_t connections() const noexcept { return table.size(); }

    /// Appends the reports of at most `max` streams. Returns the number of all streams.
    std::size_t report_streams(std::vector<stream_report>& to, std::size_t max) const;

    /// Ends the streams that the predicate selects. Returns their number: see rill::end_streams().
    std::size_t end_streams(const stream_predicate& which, close_reason reason);

    /// First stage of a shutdown: see drain_progress.
    void begin_drain(std::chrono::milliseconds window = {}) { drain.begin(window); }
    bool draining() const noexcept { return drain.begun(); }
    /// Second stage of a shutdown: cancels everything that still runs.
    void cancel_all();

    /// Makes the calling thread the worker's thread. Before the first call, it is the thread of the constructor.
    void set_own_thread() noexcept { thread_ = std::this_thread::get_id(); }
    /// Whether the calling thread is the worker's thread. Thread-safe.
    bool on_own_thread() const noexcept { return thread_ == std::this_thread::get_id(); }

    /// The worker's clock in ms. Only differences have a meaning.
    std::uint64_t milliseconds() const noexcept;
    /// milliseconds() modulo 2^32. It wraps around after 49 days.
    std::uint32_t now() const noexcept { return static_cast<std::uint32_t>(milliseconds()); }

    asio::io_context& io;
    timer_service& timers;
    const handler& app;
    const connection_limits& limits;
    const rill::observer& events;

private:
    // Declared before shared_capacity, which may refer to it.
    std::unique_ptr<capacity> own_capacity_;

public:
    capacity& shared_capacity;
    transport::reactor reactor;
    worker_logger log;
    worker_stats stats;
    slow_handlers slow;
    http_date_cache date;
    connection_table table;
    stream_extras extras;
    transport::admission admission;
    deferred_list deferred;
    drain_progress drain;
    memory_trimmer trimmer;
    transport::accept_pauses accept_pauses;

private:
    void log_ignored(const detail::cancelled_coroutine& which, detail::unwinder::outcome what) const;

    std::thread::id thread_ = std::this_thread::get_id();
};

} // namespace rill::transport
