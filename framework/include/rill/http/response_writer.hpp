#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <chrono>
#include <rill/core/awaitable.hpp>
#include <rill/core/detail/deferred.hpp>
#include <rill/core/detail/waiter.hpp>
#include <rill/core/shutdown_signal.hpp>
#include <rill/http/close_reason.hpp>
#include <rill/http/shared_piece.hpp>
#include <string>
#include <string_view>

namespace rill {

/// What happens to a stream while its producer does nothing. One object serves any number of streams.
struct stream_policy
{
    /// While nothing is written for `heartbeat`, `filler` is sent as a piece of the body, so that proxies keep the
    /// connection and a vanished peer is found. 0 turns it off.
    std::chrono::milliseconds heartbeat{0};
    std::string filler{};

    /// Sent just before a shutdown ends the stream.
    std::string farewell{};

    /// The stream ends when the client takes nothing for this long while something waits to be sent. 0: the server's
    /// own.
    std::chrono::milliseconds write_timeout{0};

    /// At a shutdown the stream goes on until its producer ends it, for at most the server's drain_timeout. Otherwise
    /// the shutdown ends it at once. See also response_writer::finish_on_shutdown().
    bool finish_on_shutdown = false;
};

/// The seam between what produces a streamed body and the connection that carries it: the producer writes, and learns
/// why the stream ended; it knows neither the socket nor the HTTP version. Lives until after the producing coroutine
/// has ended.
class response_writer
{
    // First, as its return type is deduced.
    template <class CompletionToken>
    static auto initiate_stopped(CompletionToken& token)
    {
        return boost::asio::async_initiate<CompletionToken, void(error_code)>(
            [](auto&& handler) {
                if (auto* context = detail::context_of_handler(handler)) {
                    shutdown_signal::of(*context).start(std::forward<decltype(handler)>(handler));
                } else {
                    detail::complete_foreign(std::forward<decltype(handler)>(handler));
                }
            },
            token);
    }

public:
    response_writer(const response_writer&) = delete;
    response_writer& operator=(const response_writer&) = delete;

    /// How the connection treats this stream from now on. `policy` must outlive the stream.
    virtual void policy(const stream_policy& policy) = 0;

    /// True once the server has begun to shut down. A question only: it changes nothing. Whether the stream has time
    /// then is said by finish_on_shutdown() or stream_policy::finish_on_shutdown.
    virtual bool stop_requested() const noexcept = 0;

    /// From now on a shutdown lets this stream go on until its producer ends it, for at most the server's
    /// drain_timeout. Called after the shutdown has ended the stream, it does nothing.
    void finish_on_shutdown() noexcept { finishes_on_shutdown_ = true; }

    /// Waits until the server begins to shut down. It only waits: a stream without finish_on_shutdown() is ended by the
    /// same shutdown, most likely before it can do anything more.
    ///
    /// Completion: `void(error_code)`, from the event loop, also when the shutdown has begun already. Any number of
    /// coroutines may wait. Cancellation: terminal, partial and total; completes with operation_aborted.
    template <class CompletionToken>
    auto stopped(CompletionToken&& token)
    {
        return initiate_stopped(token);
    }
    auto stopped() { return initiate_stopped(detail::deferred); }

    /// Why the stream has ended; close_reason::open before. Already known when the handler's destructors run.
    close_reason reason() const noexcept { return reason_; }

    // For encoders that write in place, such as sse::event_stream.

    enum class write_state : unsigned char
    {
        sent,
        queued,
        closed,
        failed
    };

    /// What came of a piece: the write's state, and an error that kept it off the wire.
    struct put_result
    {
        write_state state = write_state::closed;
        rill::error error{}; ///< with write_state::failed
    };

    /// Room in front of every piece for framing.
    static constexpr std::size_t frame_room = 12;

    /// The worker's reused buffer, holding just `frame_room` bytes: append the piece and commit() before anything else
    /// is awaited or written.
    static std::string& scratch();

    /// Frames and sends what was appended to scratch().
    virtual put_result commit(std::string& piece) = 0;

    put_result put(std::string_view data);

    /// Sends a piece that other streams send too. Nothing is copied, also where the peer takes only a part of it now:
    /// the stream refers to the piece until the rest is with the operating system.
    virtual write_state put(const shared_piece& piece) = 0;

    // For producers without a coroutine (see streaming_body::start).

    /// Calls `handler(error_code)` once, from the event loop, when everything that was queued is with the operating
    /// system; not if the stream ends first. Small enough, it is stored without an allocation
    /// (detail::handler_storage).
    template <class Handler>
    void when_written(Handler handler)
    {
        waiter_.emplace(std::move(handler));
    }

    /// Ends the stream from the event loop: a coroutine's pending operation is cancelled; a body without one is
    /// destroyed. With close_reason::handler_returned the body is complete, with any other the client sees that it is
    /// not. Does nothing once the stream has ended.
    virtual void end(close_reason reason) = 0;

    /// The operation that completes when the piece is with the operating system. To be awaited before the next piece is
    /// put.
    template <class CompletionToken>
    auto wait_for(put_result result, CompletionToken& token)
    {
        result_ = result;
        return boost::asio::async_initiate<CompletionToken, void(error_code)>(
            [this](auto&& handler) {
                const auto result = result_;
                if (waiter_) { // two writes at once, e.g. from two branches of one handler
                    complete_other(std::forward<decltype(handler)>(handler));
                    return;
                }
                if (result.state == write_state::queued) {
                    auto slot = boost::asio::get_associated_cancellation_slot(handler);
                    if (slot.is_connected()) {
                        slot.assign([this](boost::asio::cancellation_type_t) {
                            complete_later(boost::asio::error::operation_aborted);
                        });
                    }
                }
                if (result.state == write_state::queued && !written()) {
                    waiter_.emplace(std::forward<decltype(handler)>(handler));
                } else {
                    complete_now(result, std::forward<decltype(handler)>(handler));
                }
            },
            token);
    }

    /// Writes `data` as one piece of the body.
    ///
    /// The bytes are taken before write() returns, so `data` need not outlive the call. Completion: `void(error_code)`,
    /// when the operating system has taken everything; at once where it can. Back-pressure is the wait: one write at a
    /// time. Errors: operation_aborted once the stream has ended. Cancellation: terminal, partial and total end the
    /// wait, not the transmission.
    template <class CompletionToken>
    auto write(std::string_view data, CompletionToken&& token)
    {
        return wait_for(put(data), token);
    }
    auto write(std::string_view data) { return wait_for(put(data), detail::deferred); }

protected:
    response_writer() = default;
    ~response_writer() = default;

    /// Whether everything that was queued has been sent meanwhile.
    virtual bool written() const noexcept = 0;
    /// Completes the waiting write from the event loop, after what is ready there now.
    virtual void complete_later(error_code ec) = 0;

    detail::waiter waiter_;
    put_result result_{}; // here rather than in each operation, which lies in the handler's frame
    close_reason reason_ = close_reason::open;
    bool finishes_on_shutdown_ = false;

private:
    template <class Handler>
    static void complete_other(Handler handler)
    {
        handler(error_code(boost::asio::error::in_progress));
    }

    static error_code error_of(put_result result) noexcept;

    // Completing a write inside its own initiation costs neither a queue entry nor a wake-up, but nests one stack frame
    // per write: after so many the handler yields to the event loop, which also keeps one busy stream from starving the
    // rest. The handler is called where it is: it goes through the waiter only when it has to wait.
    template <class Handler>
    void complete_now(put_result result, Handler&& handler)
    {
        const auto ec = error_of(result);
        if (nested_writes >= writes_before_yield) {
            waiter_.emplace(std::forward<Handler>(handler));
            complete_later(ec);
            return;
        }
        struct nesting
        {
            nesting() { ++nested_writes; }
            ~nesting() { --nested_writes; }
        } guard; // may outlive *this
        std::decay_t<Handler> resumed(std::forward<Handler>(handler));
        std::move(resumed)(ec);
    }

    static constexpr int writes_before_yield = 16;
    static inline constinit thread_local int nested_writes = 0;
};

} // namespace rill
