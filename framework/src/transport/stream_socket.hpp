#pragma once

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <rill/core/error.hpp>
#include <rill/http/limits.hpp>
#include <string>
#include <string_view>

#include "transport/virtual_socket.hpp"

namespace rill::transport {

/// An accepted, non-blocking stream socket. A connection uses its transport only through this class. All calls return
/// at once. The reactor reports when the socket becomes readable or writable, and when the peer disconnects.
///
/// The descriptor is one of the kernel, or that of a virtual_socket, to which every call is passed on. For a socket of
/// the kernel this costs one comparison per call.
///
/// A copy refers to the same socket. The owner calls close().
class stream_socket
{
public:
    explicit stream_socket(int descriptor) noexcept : descriptor_(descriptor) {}

    int descriptor() const noexcept { return descriptor_; }
    /// The index of this socket in the tables of its worker.
    int number() const noexcept { return virtual_socket::number_of(descriptor_); }

    /// Writes bytes. Returns the number of bytes that the kernel has taken. It is smaller than bytes.size() if the
    /// kernel's buffer is full.
    result<std::size_t> write_some(std::string_view bytes) const noexcept;
    /// Writes several pieces, one after another. There must be at most max_pieces.
    result<std::size_t> write_some(std::initializer_list<std::string_view> pieces) const noexcept;
    static constexpr std::size_t max_pieces = 8;

    /// Reads bytes. Returns the number of bytes that were read. This is 0 after the peer's FIN. If there is nothing to
    /// read yet, returns the error would_block.
    result<std::size_t> read_some(char* into, std::size_t size) const noexcept;

    /// Bytes in the kernel that were not read yet.
    std::size_t unread_bytes() const noexcept;
    /// Bytes that the kernel has taken and the peer's kernel has not acknowledged.
    std::size_t unacknowledged_bytes() const noexcept;

    /// Sets the options of an accepted connection.
    void prepare(const connection_limits& limits) const noexcept;
    /// Sets TCP_USER_TIMEOUT. The connection ends if data is not acknowledged within this time.
    void set_tcp_user_timeout(std::chrono::milliseconds limit) const noexcept;
    /// Limits the bytes that the kernel takes but has not sent. 0 does not change the limit.
    void limit_unsent(std::size_t bytes) const noexcept;

    /// Sends FIN after all written bytes.
    void finish_sending() const noexcept;
    /// Makes the next close() discard unsent bytes and reset the connection.
    void reset_on_close() const noexcept;
    void close() const noexcept;

    /// The peer's address without its port. For an IPv4 peer of an IPv6 socket, this is the IPv4 address. For a peer of
    /// a Unix socket, it is "unix". Empty if the peer has disconnected.
    std::string peer_address() const;

private:
    int descriptor_;
};

} // namespace rill::transport
