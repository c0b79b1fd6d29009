#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "harness/connecting.hpp"
#include "harness/load_orders.hpp"
#include "harness/load_plan.hpp"
#include "harness/stream_check.hpp"

struct epoll_event;

namespace bench {

/// One process' share of the streams, on one epoll. Knows nothing of the other processes, and does what it is ordered
/// to through shared memory.
class load_client
{
public:
    /// @param number which of the plan's processes this is, from 0
    load_client(const load_plan& plan, unsigned number, const load_control& control, load_client_block& results);
    load_client(const load_client&) = delete;
    load_client& operator=(const load_client&) = delete;
    ~load_client();

    /// Returns when it is told to stop.
    void run();

private:
    enum class state : std::uint8_t
    {
        closed,
        connecting,
        waiting, ///< for the head of the response
        live,
        frozen, ///< live, but not read
        failed,
    };

    /// What a stream costs us.
    struct stream
    {
        int socket = -1;
        state now = state::closed;
        bool was_live = false;  ///< on an earlier connection
        std::int64_t since = 0; ///< when connect() was called
        stream_check check;

        bool is_opening() const { return now == state::connecting || now == state::waiting; }
    };
    static_assert(sizeof(stream) <= 152);

    struct return_time
    {
        std::int64_t when;
        std::uint32_t index;
    };

    // orders: load_client_orders.cpp
    void look_for_orders(std::int64_t now);
    void begin(const load_order& order);
    bool carry_on(std::int64_t now);
    void finish_order();
    void end_measurement(std::int64_t until);
    void let_leave(std::int64_t now);
    void leave(std::uint32_t index, std::int64_t return_at);
    bool carry_on_cut(std::int64_t now);
    void freeze();
    void give_up_opening();

    // opening
    bool has_to_open() const { return next_ < streams_.size() || !returning_.empty(); }
    void open_some(std::int64_t now);
    void open(std::uint32_t index);
    void send_request(std::uint32_t index);
    std::string request(std::uint32_t index) const;
    void check_timeouts(std::int64_t now);
    void answered(stream& one, std::int64_t now);

    // living
    void handle(const epoll_event& event);
    void receive(std::uint32_t index);
    void watch(std::uint32_t index, int operation, std::uint32_t events);
    void fail(std::uint32_t index, failure reason);
    void close(stream& one, bool by_reset = false);
    int wait_time() const;

    const load_plan& plan_;
    const unsigned number_;
    const load_control& control_;
    load_client_block& results_;
    load_counters& counters_;
    check_context context_;
    source_addresses sources_;
    std::vector<stream> streams_;
    std::vector<char> buffer_;
    std::deque<std::uint32_t> opening_; ///< those without an answer yet, and some with one, in the order of connect()
    std::deque<return_time> returning_; ///< those to be opened again, in the order of their times
    std::uint32_t opening_count_ = 0;   ///< those without an answer yet
    std::uint32_t next_;                ///< the next stream to be opened for the first time
    std::uint32_t next_to_leave_ = 0;
    std::uint64_t left_ = 0; ///< under this order
    std::uint32_t most_opening_;
    load_order order_;
    std::uint32_t order_number_ = 0;
    int epoll_;
};

} // namespace bench
