#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <rill/http/response_writer.hpp>
#include <string>

namespace rill_test {

/// A connection that is only memory: keeps the pieces as they would go on the wire, and can be blocked or closed.
class fake_writer final : public rill::response_writer
{
public:
    explicit fake_writer(boost::asio::io_context& context) : context_(context) {}

    std::string sent;       ///< all pieces, without framing
    std::size_t pieces = 0; ///< how many there were
    bool stopping = false;  ///< what stop_requested() says
    const rill::stream_policy* used_policy = nullptr;
    std::size_t completed_later = 0; ///< how many writes were completed from the event loop

    /// From now on the peer reads nothing: writes wait.
    void block() { blocked_ = true; }

    /// The peer has read everything.
    void unblock()
    {
        blocked_ = false;
        left_ = {};
        complete_written();
    }

    /// The peer has read so many bytes of what was written since block(), but not all.
    void take(std::size_t bytes)
    {
        left_.taken += bytes;
        complete_written();
    }

    /// The stream ends.
    void close(rill::close_reason reason)
    {
        reason_ = reason;
        complete_all(boost::asio::error::operation_aborted);
    }

    /// What end() was called with.
    rill::close_reason ended = rill::close_reason::open;

    using rill::response_writer::put;
    write_state put(const rill::shared_piece& piece) override
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

    bool has_waiter() const noexcept { return static_cast<bool>(waiter_); }

    void policy(const rill::stream_policy& policy) override { used_policy = &policy; }
    bool stop_requested() const noexcept override { return stopping; }

    /// Whether it is to have time at a shutdown.
    bool finishes() const noexcept { return finishes_on_shutdown_; }

    write_state commit(std::string& piece) override
    {
        if (reason_ != rill::close_reason::open) {
            return write_state::closed;
        }
        return note(std::string_view(piece).substr(frame_room));
    }

private:
    write_state note(std::string_view piece)
    {
        sent.append(piece);
        ++pieces;
        left_.queued += blocked_ ? piece.size() : 0;
        return blocked_ ? write_state::queued : write_state::sent;
    }

    backlog* unsent() noexcept override { return blocked_ ? &left_ : nullptr; }

    void wake_later() override
    {
        boost::asio::post(context_, [this] {
            ++completed_later;
            complete_put_off();
        });
    }

    boost::asio::io_context& context_;
    bool blocked_ = false;
    backlog left_;
};

} // namespace rill_test
