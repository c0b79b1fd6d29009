#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <rill/core/timer_service.hpp>
#include <rill/testing/options.hpp>
#include <utility>
#include <vector>

#include "testing/fault_plan.hpp"

namespace rill::testing::detail {

/// An object that the network reports, such as a memory_socket.
class network_member : public std::enable_shared_from_this<network_member>
{
public:
    network_member(const network_member&) = delete;
    network_member& operator=(const network_member&) = delete;

    /// Reports the current state to the server's side. Called from the event loop.
    virtual void report() = 0;

    bool to_be_reported = false;

protected:
    network_member() = default;
    ~network_member() = default;
};

/// The in-memory transport of one server. It reports the sockets from the event loop. It never reports a socket inside
/// the call that causes the report.
class memory_network
{
public:
    memory_network(const network_options& options, const fault& faults);
    memory_network(const memory_network&) = delete;
    memory_network& operator=(const memory_network&) = delete;
    ~memory_network();

    /// Sets the event loop of the worker. The sockets need it.
    void use(boost::asio::io_context& io);

    /// Ends all reports. The network does not use the event loop after this call.
    void stop() noexcept { io_ = nullptr; }

    /// Reports the socket once in the next turn of the event loop.
    void report_later(network_member& changed);
    /// Whether the event loop will report a socket.
    bool has_reports() const noexcept { return io_ != nullptr && !changed_.empty(); }

    /// Calls the function when the virtual clock has moved. It reads for a client that has read enough until then.
    void read_later(std::function<void()> read) { full_.push_back(std::move(read)); }
    /// Whether a client has read network_options::max_unread_bytes since the last move of the virtual clock.
    bool has_full_clients() const noexcept { return !full_.empty(); }
    /// Call it when the virtual clock has moved.
    void begin_moment();
    /// The number of moves of the virtual clock.
    std::uint64_t moment() const noexcept { return moment_; }

    void count_read(std::size_t bytes) noexcept { bytes_read_ += bytes; }
    /// Number of bytes that all clients have read.
    std::uint64_t bytes_read() const noexcept { return bytes_read_; }

    fault_plan& faults() noexcept { return *faults_; }
    const network_options& options() const noexcept { return options_; }
    timer_service& timers() const noexcept { return *timers_; }

private:
    void report_all();

    network_options options_;
    std::shared_ptr<fault_plan> faults_;
    boost::asio::io_context* io_ = nullptr;
    timer_service* timers_ = nullptr;
    std::vector<std::shared_ptr<network_member>> changed_;
    std::vector<std::function<void()>> full_;
    std::uint64_t moment_ = 0;
    std::uint64_t bytes_read_ = 0;
};

} // namespace rill::testing::detail
