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
        if (waiter_) {
            waiter_.complete({});
        }
    }

    /// The stream ends.
    void close(rill::close_reason reason)
    {
        reason_ = reason;
        if (waiter_) {
            waiter_.complete(boost::asio::error::operation_aborted);
        }
    }

    /// What end() was called with.
    rill::close_reason ended = rill::close_reason::open;

    using rill::response_writer::put;
    write_state put(const rill::shared_piece& piece) override
    {
        if (reason_ != rill::close_reason::open) {
            return write_state::closed;
        }
        sent.append(piece.bytes());
        ++pieces;
        return blocked_ ? write_state::queued : write_state::sent;
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

    put_result commit(std::string& piece) override
    {
        if (reason_ != rill::close_reason::open) {
            return {write_state::closed, {}};
        }
        sent.append(piece, frame_room);
        ++pieces;
        return {blocked_ ? write_state::queued : write_state::sent, {}};
    }

private:
    bool written() const noexcept override { return !blocked_; }

    void complete_later(rill::error_code ec) override
    {
        boost::asio::post(context_, [this, ec] {
            ++completed_later;
            if (waiter_) {
                waiter_.complete(ec);
            }
        });
    }

    boost::asio::io_context& context_;
    bool blocked_ = false;
};

} // namespace rill_test
