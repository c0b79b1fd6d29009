#pragma once

#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <rill/core/awaitable.hpp>
#include <rill/core/error.hpp>
#include <span>

namespace rill::client::detail {

/// The interface of a connection that a request uses. TCP implements it. Belongs to one event loop. Cancellation and
/// close() complete an operation with operation_aborted.
class transport
{
public:
    transport() = default;
    transport(const transport&) = delete;
    transport& operator=(const transport&) = delete;
    virtual ~transport() = default;

    /// Reads at least one byte. Fails with asio::error::eof at the end.
    virtual awaitable<result<std::size_t>> read_some(asio::mutable_buffer into) = 0;
    /// Writes all bytes of all buffers.
    virtual awaitable<result<void>> write(std::span<const asio::const_buffer> buffers) = 0;
    /// Closes the connection. Pending operations complete with operation_aborted.
    virtual void close() noexcept = 0;
    /// Whether another request can use the connection: it is open, and the server has sent nothing.
    virtual bool is_idle() noexcept = 0;
};

} // namespace rill::client::detail
