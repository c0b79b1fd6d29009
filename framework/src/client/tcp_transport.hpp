#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "client/transport.hpp"

namespace rill::client::detail {

class tcp_transport final : public transport
{
public:
    explicit tcp_transport(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}

    awaitable<result<std::size_t>> read_some(asio::mutable_buffer into) override;
    awaitable<result<void>> write(std::span<const asio::const_buffer> buffers) override;
    void close() noexcept override;
    bool is_idle() noexcept override;

private:
    asio::ip::tcp::socket socket_;
};

} // namespace rill::client::detail
