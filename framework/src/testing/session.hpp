#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <rill/http/handler.hpp>
#include <rill/testing/options.hpp>
#include <string>
#include <thread>
#include <vector>

#include "server/serving/worker.hpp"
#include "testing/event_record.hpp"
#include "testing/memory_network.hpp"
#include "testing/outside_work.hpp"
#include "testing/upstream_group.hpp"
#include "testing/upstream_session.hpp"

namespace rill::testing::detail {

class memory_socket;

/// A worker without a thread, and its virtual clock. All functions that wait run the worker in the calling thread.
class session final : public upstream_session
{
public:
    using condition = std::function<bool()>;

    session(handler app, testing::options options, upstream_group upstreams = {});
    ~session();

    /// Ends the worker. Functions of the clients throw std::logic_error after this call.
    void close();

    std::shared_ptr<memory_socket> connect();

    /// Runs all handlers that are ready. Does not move the clock.
    void run_ready();
    /// Runs the worker until the condition is true. Whenever all coroutines wait, moves the clock to the next timer.
    /// @return false if `within` has passed in virtual time, or if the server has ended and no client reads slowly
    bool run_until(const condition& holds, std::chrono::milliseconds within);
    /// Waits for at most options::patience.
    bool run_until(const condition& holds) { return run_until(holds, options_.patience); }
    /// Moves the clock.
    void advance(std::chrono::milliseconds by);
    /// Drains the server. Returns after its end.
    void shut_down();
    /// Only begins the drain.
    void begin_shut_down();
    bool ended() const noexcept { return ended_; }
    /// A client begins or ends a wait of the virtual clock until it reads the next bytes.
    void begin_slow_read() noexcept { ++slow_reads_; }
    void end_slow_read() noexcept { --slow_reads_; }
    /// Whether the network will report a socket, for example because a client has read bytes.
    bool has_reports() const noexcept { return network_.has_reports(); }

    std::chrono::milliseconds now() const;
    const testing::options& options() const noexcept { return options_; }
    transport::worker_context& context();
    transport::capacity& room() noexcept { return room_; }
    const event_record& record() const noexcept { return record_; }

    bool accepts() const override;
    std::shared_ptr<memory_socket> connect_later() override;
    std::size_t run_turn() override;
    duration until_next() const override;
    void advance_by(duration by) override;
    bool wait_outside(std::chrono::steady_clock::time_point give_up, bool patience_is_over) override;

private:
    void match_stream(std::uint64_t id);
    bool read_half_way(timer_service::clock::time_point next);
    bool run_clients(const condition& holds, timer_service::clock::time_point deadline);
    void check_bytes(std::uint64_t read) const;
    void check_use() const;
    void start(memory_socket& socket);

    testing::options options_;
    handler app_;
    event_record record_;
    observer events_;
    transport::capacity room_;
    memory_network network_;
    upstream_group upstreams_;
    std::optional<worker> worker_;
    std::optional<outside_work> outside_;
    std::vector<std::weak_ptr<memory_socket>> sockets_; ///< a stream may begin on each of them
    std::thread::id thread_ = std::this_thread::get_id();
    timer_service::clock::time_point start_;
    std::size_t slow_reads_ = 0;
    timer_service::clock::time_point half_way_to_; ///< the last argument of read_half_way()
    bool ended_ = false;
};

} // namespace rill::testing::detail
