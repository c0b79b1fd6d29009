#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/errc.hpp>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <new>
#include <rill/core/awaitable.hpp>
#include <rill/core/detail/deferred.hpp>
#include <rill/core/detail/waiter.hpp>
#include <rill/core/detail/without_slot.hpp>
#include <rill/core/detail/wrapped_handler.hpp>
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
    /// it ends at once, but for an answer to another method than GET. See also response_writer::finish_on_shutdown().
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

    /// In builds without NDEBUG: ends the process, with a line that says why, if the calling thread is not the stream's
    /// worker. A stream belongs to its worker's thread; other threads reach it through rill::mailbox or a channel.
    /// @param operation what is called, for that line
    void expect_own_thread([[maybe_unused]] const char* operation) const
    {
#ifndef NDEBUG
        if (!on_own_thread()) {
            fail_on_foreign_thread(operation);
        }
#endif
    }

    /// Why the stream has ended; close_reason::open before. Already known when the handler's destructors run.
    close_reason reason() const noexcept { return reason_; }

    // For encoders that write in place, such as sse::event_stream.

    /// What came of a piece.
    enum class write_state : unsigned char
    {
        sent,         ///< with the operating system
        queued,       ///< taken, but not with the operating system yet
        closed,       ///< not taken, as the stream has ended
        invalid_utf8, ///< not taken, as its text is not UTF-8
    };

    /// Room in front of every piece for framing.
    static constexpr std::size_t frame_room = 12;

    /// The worker's reused buffer, holding just `frame_room` bytes: append the piece and commit() before anything else
    /// is awaited or written.
    static std::string& scratch();

    /// Frames and sends what was appended to scratch().
    virtual write_state commit(std::string& piece) = 0;

    write_state put(std::string_view data);

    /// Sends a piece that other streams send too. Nothing is copied, also where the peer takes only a part of it now:
    /// the stream refers to the piece until the rest is with the operating system.
    virtual write_state put(const shared_piece& piece) = 0;

    // For producers without a coroutine (see streaming_body::start).

    /// Calls `handler(error_code)` once, from the event loop and without an error, when everything that is queued now
    /// is with the operating system; not if the stream ends first. It waits in line with writes that wait. Small
    /// enough, it is stored without an allocation (detail::handler_storage).
    template <class Handler>
    void when_written(Handler handler)
    {
        detail::wrapped_handler<Handler, call_unless_ended> waiting{std::move(handler)};
        if (auto* left = unsent()) {
            wait(*left, std::move(waiting));
        } else if (reason_ == close_reason::open) {
            put_off(write_state::sent, std::move(waiting));
        }
    }

    /// Ends the stream from the event loop: a coroutine's pending operation is cancelled; a body without one is
    /// destroyed. With close_reason::handler_returned the body is complete, with any other the client sees that it is
    /// not. Does nothing once the stream has ended.
    virtual void end(close_reason reason) = 0;

    /// The operation that completes when a piece is with the operating system; `outcome` is what put() or commit() gave
    /// for it.
    template <class CompletionToken>
    auto wait_for(write_state outcome, CompletionToken& token)
    {
        return boost::asio::async_initiate<CompletionToken, void(error_code)>(begun_write(*this, outcome), token);
    }

    /// Writes `data` as one piece of the body.
    ///
    /// The bytes are taken, in the order of the calls, before write() returns: `data` need not outlive the call, and
    /// the piece is sent also if nothing is awaited. What is awaited is that the operating system has taken the piece
    /// and all that was queued until the wait began: that is the back-pressure. Completion: `void(error_code)`; at once
    /// where the operating system takes everything. Any number of coroutines may write and wait; they complete in the
    /// order in which their waits began, each with its own outcome. Cancellation: terminal, partial and total end the
    /// wait of this operation, not the transmission. Errors: operation_aborted once the stream has ended. Only from the
    /// stream's worker, see expect_own_thread().
    template <class CompletionToken>
    auto write(std::string_view data, CompletionToken&& token)
    {
        expect_own_thread("write()");
        return wait_for(put(data), token);
    }
    auto write(std::string_view data) { return write(data, detail::deferred); }

protected:
    response_writer() = default;
    ~response_writer() = default;

    /// How much of what the operating system did not take at once it has taken since, in bytes. Lies where the queued
    /// bytes are, so that a stream that is not blocked has none.
    struct backlog
    {
        std::uint64_t queued = 0;         ///< in all
        std::uint64_t taken = 0;          ///< of these
        std::uint64_t first_wait_end = 0; ///< of the wait that is alone in waiter_: complete when so much is taken
    };

    /// Whether the calling thread is the stream's worker.
    virtual bool on_own_thread() const noexcept { return true; }

    /// The backlog; nullptr when everything is with the operating system.
    virtual backlog* unsent() noexcept = 0;
    /// Lets complete_put_off() be called from the event loop, after what is ready there now.
    virtual void wake_later() = 0;

    // Each completes handlers of users: *this may be gone when they return.

    /// Completes the writes that wait for no more than the operating system has taken.
    void complete_written();
    /// Completes the writes that were put off to the event loop.
    void complete_put_off();
    /// Completes all that wait: with `ec`, unless they were put off with something else.
    void complete_all(error_code ec);
    /// Completes the wait that is alone with operation_aborted, from the event loop.
    void abort_later() { abort(nullptr); }
    /// Drops all that wait without completing them.
    void drop_all() noexcept;

    detail::waiter waiter_; // one write that waits, or pending_writes

private:
    // Of the wait that is alone in waiter_: `queued` while it waits, else what it was put off to the event loop with.
    write_state first_ = write_state::queued;

protected:
    close_reason reason_ = close_reason::open;
    bool finishes_on_shutdown_ = false;

private:
    // One of several writes that wait.
    struct pending_write
    {
        detail::waiter done;
        std::uint64_t end = 0; // complete when so much of the backlog is taken
        write_state outcome = write_state::queued;
        bool was_alone = false; // it was in waiter_ before there was a second one
    };

    // Several writes that wait, in the order in which they came. It stands in waiter_ as if it were their handler, so
    // that a stream with one write at a time pays nothing for it.
    struct pending_writes
    {
        std::unique_ptr<std::list<pending_write>> list;

        void operator()(error_code ec);
    };

    // The initiation of a write whose bytes were taken already. One word, as it lies in the handler's frame: the
    // outcome is in the low bits of the writer's address.
    class begun_write
    {
    public:
        using has_begun = void;

        begun_write(response_writer& out, write_state outcome) noexcept
            : bits_(reinterpret_cast<std::uintptr_t>(&out) | static_cast<std::uintptr_t>(outcome))
        {}

        template <class Handler>
        void operator()(Handler&& handler) const
        {
            auto* out = reinterpret_cast<response_writer*>(bits_ & ~mask); // NOLINT(performance-no-int-to-ptr)
            out->start(static_cast<write_state>(bits_ & mask), std::forward<Handler>(handler));
        }

    private:
        static constexpr std::uintptr_t mask = 3;
        std::uintptr_t bits_;
    };

    struct call_unless_ended
    {
        template <class Handler>
        static void call(Handler& handler, error_code ec)
        {
            if (!ec) {
                handler(ec);
            }
        }
    };

    template <class Handler>
    void start(write_state outcome, Handler&& handler)
    {
        if (outcome == write_state::queued) {
            if (auto* left = unsent()) {
                if (reason_ == close_reason::open) {
                    wait(*left, std::forward<Handler>(handler));
                    return;
                }
                outcome = write_state::closed;
            }
        }
        complete_now(outcome, std::forward<Handler>(handler));
    }

    template <class Handler>
    void wait(backlog& left, Handler&& handler)
    {
        if (waiter_) {
            wait_in_line(left.queued, write_state::queued, std::forward<Handler>(handler));
            return;
        }
        left.first_wait_end = left.queued;
        wait_alone(std::forward<Handler>(handler));
    }

    // Leaves the completion to the event loop.
    template <class Handler>
    void put_off(write_state outcome, Handler&& handler)
    {
        if (waiter_) {
            wait_in_line(0, outcome, std::forward<Handler>(handler));
        } else if (wait_alone(std::forward<Handler>(handler))) {
            first_ = outcome;
        }
        wake_later();
    }

    // False: there was no memory for that, and the handler was told so.
    template <class Handler>
    bool wait_alone(Handler&& handler)
    {
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        try {
            if (slot.is_connected()) {
                slot.assign([this](boost::asio::cancellation_type type) { cancel(nullptr, type); });
            }
        } catch (const std::bad_alloc&) {
            fail_without_memory(std::forward<Handler>(handler));
            return false;
        }
        waiter_.emplace(detail::without_slot<std::decay_t<Handler>>{std::forward<Handler>(handler)});
        return true;
    }

    template <class Handler>
    void wait_in_line(std::uint64_t end, write_state outcome, Handler&& handler)
    {
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        pending_write* one = nullptr;
        try {
            one = &enter_line(end, outcome);
            if (slot.is_connected()) {
                slot.assign([this, one](boost::asio::cancellation_type type) { cancel(one, type); });
            }
        } catch (const std::bad_alloc&) {
            leave_line(one);
            fail_without_memory(std::forward<Handler>(handler));
            return;
        }
        try {
            one->done.emplace(detail::without_slot<std::decay_t<Handler>>{std::forward<Handler>(handler)});
        } catch (const std::bad_alloc&) { // a large handler, which is lost
            slot.clear();
            leave_line(one);
            throw;
        }
    }

    template <class Handler>
    static void fail_without_memory(Handler&& handler)
    {
        std::decay_t<Handler> failed(std::forward<Handler>(handler));
        std::move(failed)(make_error_code(boost::system::errc::not_enough_memory));
    }

    static error_code error_of(write_state outcome) noexcept;
    [[noreturn]] static void fail_on_foreign_thread(const char* operation) noexcept;

    pending_write& enter_line(std::uint64_t end, write_state outcome);
    void leave_line(const pending_write* one) noexcept;
    void cancel(pending_write* one, boost::asio::cancellation_type type);
    void abort(pending_write* one);
    void drop(pending_write* one) noexcept;
    write_state take_first() noexcept;
    template <class Condition>
    void complete_if(Condition condition);
    static void complete(std::list<pending_write> ready);

    // Completing a write inside its own initiation costs neither a queue entry nor a wake-up, but nests one stack frame
    // per write: after so many the handler yields to the event loop, which also keeps one busy stream from starving the
    // rest. The handler is called where it is: it goes through the waiter only when it has to wait.
    template <class Handler>
    void complete_now(write_state outcome, Handler&& handler)
    {
        if (nested_writes >= writes_before_yield) {
            put_off(outcome, std::forward<Handler>(handler));
            return;
        }
        struct nesting
        {
            nesting() { ++nested_writes; }
            ~nesting() { --nested_writes; }
        } guard; // may outlive *this
        std::decay_t<Handler> resumed(std::forward<Handler>(handler));
        std::move(resumed)(outcome == write_state::sent ? error_code() : error_of(outcome));
    }

    static constexpr int writes_before_yield = 16;
    static inline constinit thread_local int nested_writes = 0;
};

} // namespace rill
