#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstdint>
#include <memory>
#include <rill/core/awaitable.hpp>
#include <rill/core/error.hpp>

#include "core/reserved_handler.hpp"

namespace rill::transport {

/// What the operating system has to say about a connection.
struct readiness
{
    bool readable = false;
    bool writable = false;
    bool peer_finished = false; ///< the peer's FIN has come (or more than that)
    bool broken = false;        ///< reset or another error
};

/// The worker's own epoll, nested in Asio's: an idle connection costs it one kernel entry and no memory of ours, where
/// Asio's reactor would keep a few hundred bytes. Edge-triggered; one registration per connection for its whole life.
///
/// Belongs to the thread that runs the context.
class reactor
{
public:
    /// How a target is told. One function for all of them: a virtual one would cost every connection a pointer.
    using ready_function = void (*)(void* target, readiness what);

    reactor(asio::io_context& context, ready_function on_ready);
    reactor(const reactor&) = delete;
    reactor& operator=(const reactor&) = delete;

    /// Reports to `target` from now on, until remove(). `target` must not end inside a call of the
    /// ready function, as more of them may follow in the same turn: see worker_context::later().
    error_code add(int descriptor, void* target);

    /// Before the descriptor is closed: the kernel would go on to report it while a process that was forked meanwhile
    /// has it open, too, if only until it executes another program.
    void remove(int descriptor) noexcept;

private:
    void wait();
    void poll();

    asio::posix::basic_stream_descriptor<asio::io_context::executor_type> epoll_;
    std::shared_ptr<rill::detail::reserved_memory> memory_; // of the wait, or of what goes on instead
    ready_function on_ready_;
};

} // namespace rill::transport
