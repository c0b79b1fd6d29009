#pragma once

#include <memory>
#include <rill/http/response_writer.hpp>
#include <string>

#include "transport/stream_socket.hpp"
#include "transport/worker_context.hpp"

namespace rill::transport {

/// The write side of an HTTP/1 connection: framing, the bytes that the kernel does not take yet, and the waits for
/// them.
class http1_response_writer : public response_writer
{
public:
    using response_writer::put;
    write_state commit(std::string& piece) override;
    write_state put(const shared_chunk& piece) override;
    void set_policy(const stream_policy& policy) override;
    bool stop_requested() const noexcept override;

    /// Writes bytes without framing. Bytes that the kernel does not take are queued.
    write_state send_bytes(std::string_view bytes);
    /// Writes two pieces, one after another, with one system call.
    write_state send_bytes(std::string_view first, std::string_view second);

    /// Frames the piece in scratch() as a chunk, if the body is chunked, and writes it.
    write_state send_piece(std::string& piece);

protected:
    http1_response_writer(worker_context& worker, stream_socket socket) noexcept : socket_(socket), worker_(worker) {}
    ~http1_response_writer();

    /// Whether a shutdown leaves the end of the stream to its producer.
    bool finishes_on_shutdown() const noexcept { return finishes_on_shutdown_ || policy_->finish_on_shutdown; }

    /// The write timeout of the stream's policy, or else that of the server.
    std::chrono::milliseconds write_timeout() const noexcept;

    bool on_own_thread() const noexcept override { return worker_.on_own_thread(); }
    backlog* unsent() noexcept override { return unsent_.get(); }

    /// Writes queued bytes. Returns false if the connection is broken.
    bool flush();

    /// Number of queued bytes.
    std::size_t unsent_size() const noexcept;

    /// The kernel's buffer is full: a deadline is needed.
    virtual void on_blocked() = 0;
    /// The kernel has taken all queued bytes.
    virtual void on_unblocked() = 0;
    /// A write has failed, or there is no room for the bytes that the kernel does not take. The connection must end,
    /// but not inside this call.
    virtual void on_broken(close_reason why) = 0;

    /// The bytes that the kernel has not taken: the rest of a shared piece, and then copied bytes.
    struct unsent_bytes : backlog
    {
        explicit unsent_bytes(capacity& shared) noexcept : share(shared) {}

        shared_chunk piece;
        std::string bytes;
        std::size_t sent = 0;    ///< of `piece`, or of `bytes` if there is no piece
        std::uint32_t began = 0; ///< in ms
        queued_share share;

        /// Erases the bytes that were sent, if there are many of them: with several writers `bytes` may never be empty.
        void discard_sent();
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

    // This member fits after the members of the base.
    bool chunked_ = false;
    stream_socket socket_;
    std::uint32_t last_progress_ = 0; ///< when the kernel took the last byte, in ms
    std::uint32_t stream_number_ = 0; ///< for the log and observers; here, as there is no padding
    worker_context& worker_;
    const stream_policy* policy_ = &default_policy;
    std::unique_ptr<unsent_bytes> unsent_;
};

} // namespace rill::transport
