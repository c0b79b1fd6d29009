#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstdint>
#include <memory>
#include <rill/core/awaitable.hpp>
#include <rill/core/error.hpp>

#include "core/reserved_handler.hpp"

namespace rill::transport {

/// A report of the operating system about a socket.
struct readiness
{
    bool readable = false;
    bool writable = false;
    bool peer_finished = false; ///< the peer has sent FIN, or has reset the connection
    bool broken = false;        ///< reset, or another error
};

/// The worker's own epoll instance. It is nested in Asio's epoll instance. A connection needs memory for it only in the
/// kernel. In Asio's reactor, a connection would need a few hundred bytes. This reactor is edge-triggered. A socket is
/// registered once and remains registered until it closes.
///
/// Belongs to the thread that runs the context.
class reactor
{
public:
    /// Called for each report. All targets share one function, because a virtual function would add a pointer to each
    /// connection.
    using ready_function = void (*)(void* target, readiness what);

    reactor(asio::io_context& context, ready_function on_ready);
    reactor(const reactor&) = delete;
    reactor& operator=(const reactor&) = delete;

    /// Reports changes of the socket to `target`, until remove(). `target` must not be destroyed inside a call of the
    /// ready function, because more calls may follow in the same turn: see deferred_list. A virtual socket reports
    /// itself.
    error_code add(int descriptor, void* target);

    /// Ends the reports. Call this function before the descriptor is closed. Otherwise the kernel still reports events
    /// while a forked process has the same socket open.
    void remove(int descriptor) noexcept;

    /// Passes on a report of a virtual socket. To be called from the event loop, as for the reports of the kernel.
    void report(void* target, readiness what) { on_ready_(target, what); }

private:
    void wait();
    void poll();

    asio::posix::basic_stream_descriptor<asio::io_context::executor_type> epoll_;
    std::shared_ptr<rill::detail::reserved_memory> memory_; // for the wait, or for a repeated poll
    ready_function on_ready_;
};

} // namespace rill::transport
