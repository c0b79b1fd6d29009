#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <rill/core/timer_service.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "testing/memory_network.hpp"
#include "transport/reactor.hpp"
#include "transport/virtual_socket.hpp"

namespace rill::testing::detail {

/// Limits the bytes that a client reads while the test reads nothing: see network_options::max_unread_bytes.
struct read_allowance
{
    std::size_t used = 0;     ///< since the last take() and the last move of the clock
    std::uint64_t moment = 0; ///< memory_network::moment() of the last read
    bool read_later = false;  ///< the network reads when the clock has moved

    /// Takes these bytes from the allowance. Returns false if the allowance was used up.
    bool take(std::size_t bytes, const memory_network& network) noexcept;
};

/// A connection in memory. The server's side calls the virtual functions, and the client's side calls the other
/// functions. The class simulates the properties of TCP that a server can detect: full buffers, acknowledgments, FIN,
/// reset, and a client without a network.
///
/// The server's side owns the object until close(). The client's side owns it as long as it has a pointer to it.
class memory_socket final : public transport::virtual_socket, public network_member
{
public:
    explicit memory_socket(memory_network& network);
    ~memory_socket() override;

    // The client's side.

    /// Returns a new descriptor for the server's side.
    int accept();
    void send(std::string_view bytes);
    /// Sends FIN. The client continues to read.
    void finish();
    /// Sends FIN, and answers everything that the server sends from now on with a reset.
    void leave();
    void reset();
    /// From now on neither side receives data or acknowledgments.
    void vanish();

    /// Returns the bytes that the client has read since the last call. A client that reads always first reads all bytes
    /// that are in the buffers.
    std::string take();
    /// If true, the client reads up to network_options::max_unread_bytes until take(), or until the clock moves. If
    /// false, the bytes remain in the buffers until read().
    void read_always(bool reads);
    /// Reads up to `max` bytes from the buffers.
    void read(std::size_t max);
    std::size_t buffered() const noexcept { return buffers_.size(); }

    /// Whether the server has ended its side and the client has read all bytes, or the connection was reset.
    bool ended() const noexcept { return (server_finished_ && buffers_.empty()) || server_reset_ || reset_; }
    /// Whether the connection ended with a reset.
    bool was_reset() const noexcept { return server_reset_ || reset_; }
    /// Whether the server has closed its side.
    bool closed_by_server() const noexcept { return closed_; }

    /// Called when bytes remain in the buffers because the client does not read.
    std::function<void()> on_buffered;
    /// Called when the client's side may be able to continue: the server has written, read, finished or closed, or a
    /// fault has reset the connection. It must not call functions of the socket.
    std::function<void()> on_server_action;
    /// The streams that ran on this connection.
    std::vector<std::uint64_t> streams;

    // The reports of the network.
    void report() override;

    // The server's side.
    result<std::size_t> write_some(std::initializer_list<std::string_view> pieces) noexcept override;
    result<std::size_t> read_some(char* into, std::size_t size) noexcept override;
    std::size_t unread_bytes() noexcept override { return input_.size(); }
    std::size_t unacknowledged_bytes() noexcept override;
    void set_tcp_user_timeout(std::chrono::milliseconds limit) noexcept override { user_timeout_ = limit; }
    void limit_unsent(std::size_t bytes) noexcept override;
    void finish_sending() noexcept override;
    void reset_on_close() noexcept override { resets_on_close_ = true; }
    void close() noexcept override;
    std::string peer_address() override { return network_.options().client_address; }
    error_code watch(transport::reactor& to, void* target) override;
    void unwatch() noexcept override { target_ = nullptr; }

private:
    struct unacknowledged_timer : timer_node
    {
        memory_socket* owner = nullptr;
    };

    std::size_t room() const noexcept;
    void changed() { network_.report_later(*this); }
    void after_write() noexcept;
    void break_off() noexcept;

    memory_network& network_;
    std::shared_ptr<memory_socket> held_by_server_;
    transport::reactor* reactor_ = nullptr;
    void* target_ = nullptr;

    std::string input_;    // sent by the client, not read by the server
    std::string buffers_;  // sent by the server, not read by the client
    std::string received_; // read by the client, not taken
    std::size_t sent_ = 0; // by the server, in total
    read_allowance allowance_;
    std::size_t max_unsent_ = SIZE_MAX;
    std::chrono::milliseconds user_timeout_{0};
    unacknowledged_timer timeout_;

    bool reads_ = true;
    bool blocked_ = false;  // the last write was incomplete
    bool finished_ = false; // FIN of the client
    bool left_ = false;
    bool vanished_ = false;
    bool reset_ = false; // by the client, or by a fault
    bool server_finished_ = false;
    bool server_reset_ = false;
    bool resets_on_close_ = false;
    bool closed_ = false;
};

} // namespace rill::testing::detail
