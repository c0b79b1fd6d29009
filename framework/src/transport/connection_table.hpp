#pragma once

#include <atomic>
#include <cstddef>
#include <vector>

namespace rill::transport {

class connection;

/// The open connections of a worker. The index of an entry is the number of the socket. The table needs less memory
/// than a link in each connection. Belongs to the worker's thread, except for size().
class connection_table
{
public:
    connection_table() = default;
    connection_table(const connection_table&) = delete;
    connection_table& operator=(const connection_table&) = delete;

    /// Allocates the entry of a socket. May throw bad_alloc.
    void reserve(int socket);
    /// Adds a connection. Requires reserve(socket).
    void add(int socket, connection& c) noexcept;
    void remove(int socket) noexcept;

    /// Number of connections. Thread-safe.
    std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }

    /// Number of entries. Sockets are numbered from 0.
    std::size_t capacity() const noexcept { return by_socket_.size(); }
    /// The connection of a socket, or null. `socket` must be below capacity().
    connection* at(std::size_t socket) const noexcept { return by_socket_[socket]; }

    /// Calls `f(connection&)` for each connection. `f` may add and remove connections.
    template <class F>
    void for_each(F f) const
    {
        for (std::size_t i = 0; i < by_socket_.size(); ++i) {
            if (by_socket_[i] != nullptr) {
                f(*by_socket_[i]);
            }
        }
    }

    /// Frees the unused entries at the end of the table.
    void shrink();

private:
    std::vector<connection*> by_socket_;
    std::atomic<std::size_t> size_ = 0; // written by the worker's thread only
};

} // namespace rill::transport
