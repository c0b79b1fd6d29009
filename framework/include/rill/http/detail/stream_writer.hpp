#pragma once

#include <cstddef>
#include <rill/http/detail/write_queue.hpp>
#include <rill/http/shared_chunk.hpp>
#include <string>
#include <string_view>

namespace rill {
class response_writer;
}

namespace rill::detail {

/// The protocol between a connection and encoders that write chunks in place, such as sse::event_stream and pubsub.
/// Users see response_writer instead.
class stream_writer : public write_queue
{
public:
    /// The protocol side of a writer.
    static stream_writer& of(response_writer& out) noexcept;

    /// Space before each chunk in scratch(), in bytes. The connection puts the framing there.
    static constexpr std::size_t headroom = 12;

    /// Returns the worker's reused buffer, which holds exactly `headroom` bytes. Append the chunk, and call commit()
    /// before anything else is awaited or written.
    static std::string& scratch();

    /// Frames and sends what was appended to scratch().
    virtual write_state commit(std::string& chunk) = 0;

    /// Sends a copy of `data` as one chunk.
    write_state put(std::string_view data);

    /// Sends a chunk that other streams send as well. Nothing is copied: where the client accepts only a part of it
    /// now, the stream refers to the chunk until the operating system has the rest.
    virtual write_state put(const shared_chunk& chunk) = 0;

    /// Ends the stream from the event loop: a pending operation of its coroutine is canceled, and a body without a
    /// coroutine is destroyed. With close_reason::handler_returned the body is complete. With any other reason the
    /// client sees that it is not. Does nothing once the stream has ended.
    virtual void end(close_reason reason) = 0;

    /// In builds without NDEBUG: aborts the process, with a line that says why, if the calling thread is not the
    /// stream's worker. A stream belongs to its worker's thread. Other threads reach it through rill::mailbox or a
    /// channel.
    /// @param operation the name of the called function, for that line
    void expect_own_thread([[maybe_unused]] const char* operation) const
    {
#ifndef NDEBUG
        if (!on_own_thread()) {
            fail_on_foreign_thread(operation);
        }
#endif
    }

protected:
    stream_writer() = default;
    ~stream_writer() = default;

    /// Whether the calling thread is the stream's worker.
    virtual bool on_own_thread() const noexcept { return true; }

private:
    [[noreturn]] static void fail_on_foreign_thread(const char* operation) noexcept;
};

} // namespace rill::detail
