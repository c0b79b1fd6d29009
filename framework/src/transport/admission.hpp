#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "transport/capacity.hpp"
#include "transport/stream_socket.hpp"

namespace rill::transport {

/// Takes and releases the slots of a worker's connections and streams. If the server has a limit per address, it stores
/// the client addresses of the slots, with one word per socket. Belongs to the worker's thread.
class admission
{
public:
    explicit admission(capacity& shared) noexcept : shared_(shared) {}
    admission(const admission&) = delete;
    admission& operator=(const admission&) = delete;

    /// Allocates the entries of a socket. May throw bad_alloc.
    void reserve(int socket);

    /// Takes a slot for a connection. Requires reserve(). May throw bad_alloc. In this case no slot was taken.
    capacity::slot admit(stream_socket socket);
    /// Changes a provisional slot to a granted slot. Returns false if none is free.
    bool confirm(stream_socket socket);
    void release(stream_socket socket, capacity::slot held) noexcept;

    /// Takes a slot for a stream of the client at `address`. Returns false if a limit is reached.
    bool admit_stream(stream_socket socket, std::string_view address);
    void release_stream(stream_socket socket) noexcept;

private:
    std::uint64_t connection_address(stream_socket socket) const noexcept;

    capacity& shared_;
    // Keys of addresses. The index is the socket.
    std::vector<std::uint64_t> connection_addresses_;
    std::vector<std::uint64_t> stream_addresses_;
};

} // namespace rill::transport
