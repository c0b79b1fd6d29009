#pragma once

#include <memory>
#include <rill/http/response_writer.hpp>
#include <string>

#include "transport/worker_context.hpp"

namespace rill::transport {

/// The write side of an HTTP/1 connection: framing, the unsent rest, and the wait for room.
class http1_response_writer : public response_writer
{
public:
    using response_writer::put;
    write_state commit(std::string& piece) override;
    write_state put(const shared_chunk& piece) override;
    void set_policy(const stream_policy& policy) override;
    bool stop_requested() const noexcept override;

    /// Hands bytes to the kernel as they are; what it does not take is kept and sent when there is room.
    write_state send_bytes(std::string_view bytes);

    /// Frames the piece in scratch() as a chunk, where the body is chunked, and hands it to the kernel.
    write_state send_piece(std::string& piece);

protected:
    http1_response_writer(worker_context& worker, int socket) noexcept : socket_(socket), worker_(worker) {}
    ~http1_response_writer();

    /// Whether a shutdown leaves the stream to its producer.
    bool finishes_on_shutdown() const noexcept { return finishes_on_shutdown_ || policy_->finish_on_shutdown; }

    /// The stream's own, or the server's.
    std::chrono::milliseconds write_timeout() const noexcept;

    bool on_own_thread() const noexcept override { return worker_.on_own_thread(); }
    backlog* unsent() noexcept override { return unsent_.get(); }

    /// Sends what is left. False when the connection turned out to be broken.
    bool flush();

    /// What the kernel has not taken, in bytes.
    std::size_t unsent_size() const noexcept;

    /// The kernel's buffer is full: a deadline is needed. / All is sent again.
    virtual void on_blocked() = 0;
    virtual void on_unblocked() = 0;
    /// A write failed, or what it has left over can't be kept; the connection is to be ended from the event loop.
    virtual void on_broken(close_reason why) = 0;

    /// What the kernel has not taken: the rest of a shared piece, and bytes behind it.
    struct unsent_bytes : backlog
    {
        explicit unsent_bytes(capacity& room) noexcept : share(room) {}

        shared_chunk piece;
        std::string bytes;
        std::size_t sent = 0;    ///< of the first of the two
        std::uint32_t began = 0; ///< in ms
        queued_share share;

        /// Makes room in `bytes` where much of it was sent: with several writers it may never be all of it.
        void forget_sent();
    };

    std::string_view framed(const shared_chunk& piece) const noexcept
    {
        return chunked_ ? piece.chunk() : piece.bytes();
    }
    write_state send_first(std::string_view bytes, const shared_chunk* piece);
    bool keep_unsent(std::string_view bytes, const shared_chunk* piece, std::size_t sent);
    write_state queue(std::string_view bytes);
    write_state overflow();

    static const stream_policy default_policy;

    // The first one fits behind the members of the base.
    bool chunked_ = false;
    int socket_;
    std::uint32_t last_progress_ = 0; ///< when the kernel took the last byte, in ms
    std::uint32_t stream_number_ = 0; ///< of the stream, for the log and observers; fits here without padding
    worker_context& worker_;
    const stream_policy* policy_ = &default_policy;
    std::unique_ptr<unsent_bytes> unsent_;
};

} // namespace rill::transport
