#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <rill/core/timer_service.hpp>

#include "client/transport.hpp"
#include "testing/memory_socket.hpp"
#include "testing/upstream_session.hpp"

namespace rill::testing::detail {

/// A connection of rill::client to a testing::server, in place of TCP. Belongs to the event loop of the client. The
/// event loops of the client and of the server run in the same thread.
class memory_transport final : public client::detail::transport
{
public:
    /// The server must accept connections.
    memory_transport(boost::asio::io_context& io, std::shared_ptr<upstream_session> server);
    ~memory_transport() override;

    awaitable<result<std::size_t>> read_some(boost::asio::mutable_buffer into) override;
    awaitable<result<void>> write(std::span<const boost::asio::const_buffer> buffers) override;
    void close() noexcept override;
    bool is_idle() noexcept override;

private:
    struct waiting;

    awaitable<result<void>> wait();
    awaitable<result<void>> wait_for_room();

    timer_service& timers_;
    std::shared_ptr<upstream_session> server_; // the socket uses its network
    std::shared_ptr<memory_socket> socket_;
    std::shared_ptr<waiting> waiting_;
    bool closed_ = false;
};

} // namespace rill::testing::detail
