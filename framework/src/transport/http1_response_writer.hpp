#pragma once

#include <memory>
#include <rill/http/response_writer.hpp>
#include <string>

#include "transport/stream_socket.hpp"
#include "transport/worker_context.hpp"

namespace rill::transport {

/// The write side of an HTTP/1 connection. It frames the body, and it queues the bytes that the kernel does not take
/// yet. Its base class implements the waits for these bytes.
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
    /// Writes two pieces, one after another. If nothing is queued, this needs one system call.
    write_state send_bytes(std::string_view first, std::string_view second);

    /// Frames the piece as a chunk if the body is chunked, and writes it. `piece` is scratch().
    write_state send_piece(std::string& piece);

protected:
    http1_response_writer(worker_context& worker, stream_socket socket) noexcept : socket_(socket), worker_(worker) {}
    ~http1_response_writer();

    /// Whether the producer ends the stream during a shutdown. Otherwise the connection ends it.
    bool finishes_on_shutdown() const noexcept { return finishes_on_shutdown_ || policy_->finish_on_shutdown; }

    /// The write timeout of the stream's policy. If the policy has none, that of the server.
    std::chrono::milliseconds write_timeout() const noexcept;

    bool on_own_thread() const noexcept override { return worker_.on_own_thread(); }
    backlog* unsent() noexcept override { return unsent_data(); }

    /// Holds the head of a response until the first piece of the body, so that one system call sends both. Sends the
    /// head alone at the end of its lifetime if there was no piece. Must not outlive the bytes of the head.
    class held_head
    {
    public:
        held_head(http1_response_writer& writer, std::string_view head) noexcept;
        held_head(const held_head&) = delete;
        held_head& operator=(const held_head&) = delete;
        ~held_head();

        /// Returns the head that the writer holds, and ends the holding. Empty if it holds none.
        static std::string_view take(http1_response_writer& of) noexcept;

    private:
        http1_response_writer& writer_;
        std::string_view head_;
        bool chunked_;
        // A worker begins one stream after another.
        static inline thread_local held_head* current_ = nullptr;
    };

    /// Writes queued bytes. Returns false if the connection is broken.
    bool flush();

    /// Number of queued bytes.
    std::size_t unsent_size() const noexcept;
    bool has_unsent() const noexcept { return pending_ && pending_->unsent; }

    /// Called when the kernel's buffer is full. Then the connection needs a deadline.
    virtual void on_blocked() = 0;
    /// Called when the kernel has taken all queued bytes.
    virtual void on_unblocked() = 0;
    /// Called when a write has failed, or when there is no space for the bytes that the kernel does not take. The
    /// connection must end, but not inside this call.
    virtual void on_broken(close_reason why) = 0;

    /// The bytes that the kernel has not taken yet: the rest of a shared piece, followed by copied bytes.
    struct unsent_bytes : backlog
    {
        explicit unsent_bytes(capacity& shared) noexcept : share(shared) {}

        shared_chunk piece;
        std::string bytes;
        std::size_t sent = 0;    ///< sent bytes of `piece`, or of `bytes` if there is no piece
        std::uint32_t began = 0; ///< time in ms
        queued_share share;

        /// Erases the sent bytes if there are many. With several writers, `bytes` may never be empty, and it could grow
        /// without limit.
        void discard_sent();
    };

    /// The queued bytes. Null if there are none.
    unsent_bytes* unsent_data() const noexcept
    {
        return pending_ ? static_cast<unsent_bytes*>(pending_->unsent.get()) : nullptr;
    }

    std::string_view framed(const shared_chunk& piece) const noexcept
    {
        return chunked_ ? piece.chunk() : piece.bytes();
    }
    // These functions send the first piece after a held head, and the pieces of a body that is not chunked.
    write_state send_unframed(std::string& piece);
    write_state put_unframed(const shared_chunk& piece);
    write_state send_first(std::string_view bytes, const shared_chunk* piece);
    bool keep_unsent(std::string_view bytes, const shared_chunk* piece, std::size_t sent);
    write_state queue(std::string_view bytes);
    write_state overflow();

    static const stream_policy default_policy;

    // This member uses the padding after the members of the base class.
    bool chunked_ = false;
    stream_socket socket_;
    std::uint32_t last_progress_ = 0; ///< when the kernel took the last byte, in ms
    std::uint32_t stream_number_ = 0; ///< for the log and observers; this position avoids padding
    worker_context& worker_;
    const stream_policy* policy_ = &default_policy;
};

} // namespace rill::transport
