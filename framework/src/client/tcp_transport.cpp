#include "client/tcp_transport.hpp"

#include <boost/asio/write.hpp>
#include <rill/core/as_expected.hpp>
#include <sys/socket.h>

namespace rill::client::detail {

awaitable<result<std::size_t>> tcp_transport::read_some(asio::mutable_buffer into)
{
    auto got = co_await socket_.async_read_some(into, as_expected);
    co_return got;
}

awaitable<result<void>> tcp_transport::write(std::span<const asio::const_buffer> buffers)
{
    const auto wrote = co_await asio::async_write(socket_, buffers, as_expected);
    if (!wrote) {
        co_return tl::unexpected(wrote.error());
    }
    co_return result<void>();
}

void tcp_transport::close() noexcept
{
    error_code ignored;
    socket_.close(ignored);
}

bool tcp_transport::is_idle() noexcept
{
    char byte = 0;
    return socket_.is_open() && ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           (errno == EAGAIN || errno == EWOULDBLOCK);
}

} // namespace rill::client::detail
