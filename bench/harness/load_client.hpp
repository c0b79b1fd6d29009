#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

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
        waiting,
        live,
        failed
    };

    /// What a stream costs us.
    struct stream
    {
        int socket = -1;
        state now = state::closed;
        std::int64_t since = 0; ///< when connect() was called
        stream_check check;
    };
    static_assert(sizeof(stream) <= 144);

    void look_for_orders(std::int64_t now);
    void begin(const load_order& order);
    void finish_order();
    bool is_opening() const;
    void open_some(std::int64_t now);
    void open(std::uint32_t index);
    bool start_connecting(stream& one, std::uint32_t index);
    void send_request(stream& one, std::uint32_t index);
    void give_up_opening();
    void check_timeouts(std::int64_t now);
    void handle(const epoll_event& event);
    void receive(stream& one);
    void answered(stream& one, std::int64_t now);
    void fail(stream& one, failure reason);
    void end_measurement(std::int64_t until);
    int wait_time() const;

    const load_plan& plan_;
    const unsigned number_;
    const load_control& control_;
    load_client_block& results_;
    check_context context_;
    std::string request_;
    std::vector<stream> streams_;
    std::vector<char> buffer_;
    std::deque<std::uint32_t>
        opening_;                     ///< those without an answer yet, and some who have one, in the order of connect()
    std::uint32_t opening_count_ = 0; ///< those without an answer yet
    std::uint32_t next_ = 0;          ///< the next stream to be opened
    std::uint32_t most_opening_;
    std::int64_t opening_since_ = 0;
    load_order order_;
    std::uint32_t order_number_ = 0;
    int epoll_;
};

} // namespace bench
