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

/// The interface between a connection and the encoders that write chunks in place, such as sse::event_stream and
/// pubsub. Applications use response_writer instead.
class stream_writer : public write_queue
{
public:
    /// Returns this interface of a response_writer.
    static stream_writer& of(response_writer& out) noexcept;

    /// Space before each chunk in scratch(), in bytes. The connection writes the framing into this space.
    static constexpr std::size_t headroom = 12;

    /// Returns a buffer that the worker reuses. The buffer contains exactly `headroom` bytes. Append the chunk to it.
    /// Then call commit() before any other write and before any co_await.
    static std::string& scratch();

    /// Frames and sends the data that was appended to scratch().
    virtual write_state commit(std::string& chunk) = 0;

    /// Sends a copy of `data` as one chunk.
    write_state put(std::string_view data);

    /// Sends a chunk that other streams also send. The chunk is not copied. If the operating system accepts only a part
    /// of it now, the stream refers to the chunk until the operating system has accepted the rest.
    virtual write_state put(const shared_chunk& chunk) = 0;

    /// Ends the stream from the event loop. A pending operation of its coroutine is cancelled. A body without a
    /// coroutine is destroyed. With close_reason::handler_returned the body is complete. With any other reason the
    /// client detects that the body is incomplete. Does nothing if the stream has already ended.
    virtual void end(close_reason reason) = 0;

    /// In builds without NDEBUG: if the calling thread is not the stream's worker, writes a line with the reason and
    /// aborts the process. A stream belongs to its worker's thread. Other threads must use rill::mailbox or a channel.
    /// @param operation the name of the called function, for the line
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
