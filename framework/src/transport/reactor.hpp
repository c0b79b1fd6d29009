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

/// The worker's own epoll instance, nested in Asio's. A connection needs no memory for it except in the kernel; in
/// Asio's reactor it would need a few hundred bytes. Edge-triggered; a socket is registered once for its whole life.
///
/// Belongs to the thread that runs the context.
class reactor
{
public:
    /// Called for each report. One function for all targets: a virtual one would cost each connection a pointer.
    using ready_function = void (*)(void* target, readiness what);

    reactor(asio::io_context& context, ready_function on_ready);
    reactor(const reactor&) = delete;
    reactor& operator=(const reactor&) = delete;

    /// Begins to report a socket to `target`, until remove(). `target` must not end inside a call of the ready
    /// function, as more calls may follow in the same turn: see deferred_list. A virtual socket reports itself.
    error_code add(int descriptor, void* target);

    /// To be called before the descriptor is closed. Otherwise the kernel still reports it as long as a forked process
    /// has it open too.
    void remove(int descriptor) noexcept;

    /// Passes on a report of a virtual socket. To be called from the event loop, as for the reports of the kernel.
    void report(void* target, readiness what) { on_ready_(target, what); }

private:
    void wait();
    void poll();

    asio::posix::basic_stream_descriptor<asio::io_context::executor_type> epoll_;
    std::shared_ptr<rill::detail::reserved_memory> memory_; // of the wait, or of a repeated poll
    ready_function on_ready_;
};

} // namespace rill::transport
