#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstdint>
#include <rill/core/awaitable.hpp>
#include <rill/core/error.hpp>

namespace rill::transport {

/// What the operating system has to say about a connection.
struct readiness
{
    bool readable = false;
    bool writable = false;
    bool peer_finished = false; ///< the peer's FIN has come (or more than that)
    bool broken = false;        ///< reset or another error
};

/// Something with a descriptor that is told of its readiness.
class pollable
{
public:
    virtual void on_ready(readiness what) = 0;

protected:
    ~pollable() = default;
};

/// The worker's own epoll, nested in Asio's: an idle connection costs it one kernel entry and no memory of ours, where Asio's
/// reactor would keep a few hundred bytes. Edge-triggered; one registration per connection for its whole life.
///
/// Belongs to the thread that runs the context.
class reactor
{
public:
    explicit reactor(asio::io_context& context);
    reactor(const reactor&) = delete;
    reactor& operator=(const reactor&) = delete;

    /// Reports to `target` from now on, until the descriptor is closed. `target` must not end while on_ready() calls of the
    /// present turn of the event loop may still come: see worker_context::later().
    error_code add(int descriptor, pollable& target);

    /// For a descriptor that outlives its target.
    void remove(int descriptor);

private:
    void wait();
    void poll();

    asio::posix::basic_stream_descriptor<executor> epoll_;
};

} // namespace rill::transport
