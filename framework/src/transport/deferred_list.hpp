#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>

#include "core/reserved_handler.hpp"
#include "transport/connection.hpp"
#include "transport/connection_table.hpp"

namespace rill::transport {

/// The connections that wait for on_deferred(), in the order in which they were added. The event loop calls
/// on_deferred() outside any coroutine. A connection ends only there. Therefore it never ends while a coroutine or the
/// reactor uses it.
///
/// The list is intrusive, and a push never allocates. Belongs to the worker's thread.
class deferred_list
{
public:
    deferred_list(boost::asio::io_context& context, const connection_table& connections) noexcept
        : context_(context), connections_(connections)
    {}
    deferred_list(const deferred_list&) = delete;
    deferred_list& operator=(const deferred_list&) = delete;

    /// Adds the connection of `socket`. The connection must be in the table. Does nothing if it is already in the list.
    void push(int socket) noexcept;
    /// Removes the connection of `socket`, if it is in the list. This takes O(n), but a connection that ends is rarely
    /// in the list.
    void remove(int socket) noexcept;

private:
    static constexpr int end = -2; // marks the last connection of the list

    int& next_of(int socket) const noexcept;
    int pop() noexcept;
    void run();

    boost::asio::io_context& context_;
    const connection_table& connections_;
    detail::coalesced_post next_run_;
    int first_ = end;
    int last_ = end;
    std::size_t size_ = 0;
};

} // namespace rill::transport
