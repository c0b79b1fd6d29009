#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <rill/core/timer_service.hpp>

#include "core/reserved_handler.hpp"
#include "transport/connection_table.hpp"
#include "transport/drain_schedule.hpp"

namespace rill::transport {

/// The first stage of a worker's shutdown. It drains connections without a stream at once. It ends the streams one
/// after another, at the times of drain_schedule. Belongs to the worker's thread.
class drain_progress final : private timer_node
{
public:
    drain_progress(boost::asio::io_context& context, const connection_table& connections);
    drain_progress(const drain_progress&) = delete;
    drain_progress& operator=(const drain_progress&) = delete;
    ~drain_progress();

    /// Begins the drain, and requests the worker's shutdown_signal. The streams end within `window`.
    void begin(std::chrono::milliseconds window);
    bool begun() const noexcept { return begun_; }

    /// The event loop calls this function once, when the drain has begun and no connection is open.
    std::function<void()> on_drained;
    /// Call this function after a connection was removed from the table.
    void connection_closed() noexcept;

private:
    void drain_due_streams();

    boost::asio::io_context& context_;
    timer_service& timers_;
    const connection_table& connections_;
    detail::coalesced_post report_;
    drain_schedule schedule_;
    timer_service::clock::time_point began_;
    std::size_t drained_ = 0;     // number of streams
    std::size_t next_socket_ = 0; // where the search for the next stream begins
    bool begun_ = false;
};

} // namespace rill::transport
