#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <rill/http/response_writer.hpp>
#include <string>

namespace rill_test {

/// A connection in memory. It stores the chunks that a real connection would send, and can be blocked or closed.
class fake_writer final : public rill::response_writer
{
public:
    explicit fake_writer(boost::asio::io_context& context) : context_(context) {}

    std::string sent;       ///< all chunks, without framing
    std::size_t chunks = 0; ///< number of chunks
    bool stopping = false;  ///< result of stop_requested()
    const rill::stream_policy* used_policy = nullptr;
    std::size_t deferred_completions = 0; ///< number of completions from the event loop

    /// The client stops reading. Writes wait. A connection has memory for one wait while it has unsent bytes.
    void block()
    {
        blocked_ = true;
        reserve_wait(true);
    }

    /// The client has read everything.
    void unblock()
    {
        blocked_ = false;
        left_.queued = left_.taken = left_.single_wait_end = 0;
        complete_written();
    }

    /// The client has read this number of the bytes that were written since block(), but not all of them.
    void take(std::size_t bytes)
    {
        left_.taken += bytes;
        complete_written();
    }

    /// Ends the stream.
    void close(rill::close_reason reason)
    {
        reason_ = reason;
        complete_all(boost::asio::error::operation_aborted);
    }

    /// The argument of end().
    rill::close_reason ended = rill::close_reason::open;

    using rill::response_writer::put;
    using rill::response_writer::wait_for;
    using rill::response_writer::when_written;
    write_state put(const rill::shared_chunk& piece) override
    {
        if (reason_ != rill::close_reason::open) {
            return write_state::closed;
        }
        return note(piece.bytes());
    }

    void end(rill::close_reason reason) override
    {
        ended = reason;
        boost::asio::post(context_, [this, reason] { close(reason); });
    }

    using rill::response_writer::has_waiter;

    void set_policy(const rill::stream_policy& policy) override { used_policy = &policy; }
    bool stop_requested() const noexcept override { return stopping; }

    /// Returns whether a shutdown lets the stream continue.
    bool finishes() const noexcept { return finishes_on_shutdown_; }

    write_state commit(std::string& piece) override
    {
        if (reason_ != rill::close_reason::open) {
            return write_state::closed;
        }
        return note(std::string_view(piece).substr(headroom));
    }

private:
    write_state note(std::string_view chunk)
    {
        sent.append(chunk);
        ++chunks;
        left_.queued += blocked_ ? chunk.size() : 0;
        return blocked_ ? write_state::queued : write_state::sent;
    }

    backlog* unsent() noexcept override { return blocked_ ? &left_ : nullptr; }

    void defer_completions() override
    {
        boost::asio::post(context_, [this] {
            ++deferred_completions;
            complete_deferred();
        });
    }

    boost::asio::io_context& context_;
    bool blocked_ = false;
    backlog left_;
};

} // namespace rill_test
