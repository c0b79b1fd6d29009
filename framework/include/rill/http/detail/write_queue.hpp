#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/errc.hpp>
#include <cstdint>
#include <list>
#include <memory>
#include <new>
#include <rill/core/detail/waiter.hpp>
#include <rill/core/detail/without_slot.hpp>
#include <rill/core/detail/wrapped_handler.hpp>
#include <rill/http/close_reason.hpp>
#include <type_traits>
#include <utility>

namespace rill::detail {

/// The outcome of passing a chunk to a connection.
enum class write_state : unsigned char
{
    sent,         ///< the operating system has the chunk
    queued,       ///< the connection has the chunk; the operating system does not have all of it yet
    closed,       ///< the chunk was rejected, because the stream has ended
    invalid_utf8, ///< the chunk was rejected, because its text is not UTF-8
};

/// The writes of one stream that wait until the operating system has accepted their bytes.
///
/// Usually no write waits. Therefore the queue is only a pointer to its waiting writes. Usually at most one write
/// waits. When a second write must wait, both writes move to a list. Writes complete in the order in which their waits
/// began, each with its own outcome. Not thread-safe: the queue belongs to the worker's thread.
class write_queue
{
public:
    write_queue(const write_queue&) = delete;
    write_queue& operator=(const write_queue&) = delete;

    using write_state = detail::write_state;

    /// Returns why the stream has ended, or close_reason::open while the stream is open.
    close_reason reason() const noexcept { return reason_; }

    /// Calls `handler(error_code)` once, from the event loop and without an error, when the operating system has
    /// accepted all data that is queued now. If the stream ends first, the handler is destroyed without a call. If data
    /// is queued, a small handler is stored without an allocation (see handler_storage).
    template <class Handler>
    void when_written(Handler handler)
    {
        wrapped_handler<Handler, call_on_success> waiting{std::move(handler)};
        if (auto* left = unsent()) {
            wait(*left, std::move(waiting));
        } else if (reason_ == close_reason::open) {
            defer(write_state::sent, std::move(waiting));
        }
    }

    /// Returns the operation that completes when the operating system has accepted a chunk. `outcome` is the result of
    /// put() or commit() for the chunk.
    template <class CompletionToken>
    auto wait_for(write_state outcome, CompletionToken& token)
    {
        return boost::asio::async_initiate<CompletionToken, void(error_code)>(begun_write(*this, outcome), token);
    }

protected:
    write_queue() = default;
    ~write_queue() = default;

    /// Progress of the bytes that the operating system did not accept at once. It is stored with the queued bytes. A
    /// stream that is not blocked has no backlog.
    struct backlog
    {
        backlog() = default;
        backlog(const backlog&) = delete;
        backlog& operator=(const backlog&) = delete;
        virtual ~backlog() = default;

        std::uint64_t queued = 0;          ///< total number of bytes
        std::uint64_t taken = 0;           ///< number of bytes that the operating system has accepted
        std::uint64_t single_wait_end = 0; ///< value of `taken` at which the write that waits in place is complete
    };

    /// Returns the backlog, or nullptr if the operating system has accepted all data.
    virtual backlog* unsent() noexcept = 0;
    /// Schedules a call of complete_deferred() in the event loop, after the handlers that are ready now.
    virtual void defer_completions() = 0;

    /// The waiting writes of a queue, and its backlog.
    struct pending_state
    {
        waiter waiting; ///< one waiting write, or a pending_list
        /// Outcome of the write that waits in place. It is `queued` while the write waits, or the outcome of a deferred
        /// write.
        write_state outcome = write_state::queued;
        bool is_reserved = false; ///< see reserve_wait()
        std::unique_ptr<backlog> unsent;
    };

    /// The pending state. The first call creates it. May throw bad_alloc.
    pending_state& pending()
    {
        if (!pending_) {
            pending_ = std::make_unique<pending_state>();
        }
        return *pending_;
    }
    /// Deletes the pending state if it is empty and not reserved.
    void release_pending() noexcept
    {
        if (pending_ && !pending_->is_reserved && !pending_->waiting && !pending_->unsent) {
            pending_.reset();
        }
    }
    /// With true, allocates the memory of one waiting write and keeps it. May throw bad_alloc.
    void reserve_wait(bool reserved)
    {
        if (reserved || pending_) {
            pending().is_reserved = reserved;
            release_pending();
        }
    }
    bool has_waiter() const noexcept { return pending_ && pending_->waiting; }

    // Each of these functions calls completion handlers of applications. The handlers may destroy *this before the
    // function returns.

    /// Completes the writes whose bytes the operating system has accepted.
    void complete_written();
    /// Completes the writes that were deferred to the event loop.
    void complete_deferred();
    /// Completes all waiting writes. A write that was deferred with another outcome completes with that outcome. All
    /// others complete with `ec`.
    void complete_all(error_code ec);
    /// Completes the write that waits in place with operation_aborted, from the event loop.
    void defer_abort() { abort(nullptr); }
    /// Destroys all waiting handlers without calling them.
    void drop_all() noexcept;

    std::unique_ptr<pending_state> pending_; ///< null if nothing waits and no bytes are queued
    close_reason reason_ = close_reason::open;

private:
    // One write in a list of several waiting writes.
    struct pending_write
    {
        waiter done;
        std::uint64_t end = 0; // complete when `taken` of the backlog has reached this value
        write_state outcome = write_state::queued;
        bool was_single = false; // the write waited in place before the second write was added
    };

    // Several waiting writes, in order. The list is stored in pending_state::waiting as if it were a handler.
    struct pending_list
    {
        std::unique_ptr<std::list<pending_write>> writes;

        void operator()(error_code ec);
    };

    // The initiation of a write whose bytes were already passed to the connection. It is only one word, because it is
    // part of the coroutine frame of each handler. The outcome is in the low bits of the queue's address.
    class begun_write
    {
    public:
        using has_begun = void;

        begun_write(write_queue& queue, write_state outcome) noexcept
            : bits_(reinterpret_cast<std::uintptr_t>(&queue) | static_cast<std::uintptr_t>(outcome))
        {}

        template <class Handler>
        void operator()(Handler&& handler) const
        {
            auto* queue = reinterpret_cast<write_queue*>(bits_ & ~mask); // NOLINT(performance-no-int-to-ptr)
            queue->start(static_cast<write_state>(bits_ & mask), std::forward<Handler>(handler));
        }

    private:
        static constexpr std::uintptr_t mask = 3;
        std::uintptr_t bits_;
    };

    struct call_on_success
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
        if (has_waiter()) {
            wait_in_list(left.queued, write_state::queued, std::forward<Handler>(handler));
            return;
        }
        left.single_wait_end = left.queued;
        wait_in_place(write_state::queued, std::forward<Handler>(handler));
    }

    // Defers the completion to the event loop.
    template <class Handler>
    void defer(write_state outcome, Handler&& handler)
    {
        if (has_waiter()) {
            wait_in_list(0, outcome, std::forward<Handler>(handler));
        } else {
            wait_in_place(outcome, std::forward<Handler>(handler));
        }
        defer_completions();
    }

    // If memory is exhausted, calls the handler with errc::not_enough_memory.
    template <class Handler>
    void wait_in_place(write_state outcome, Handler&& handler)
    {
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        pending_state* state = nullptr;
        try {
            state = &pending();
            if (slot.is_connected()) {
                slot.assign([this](boost::asio::cancellation_type type) { cancel(nullptr, type); });
            }
        } catch (const std::bad_alloc&) {
            release_pending();
            fail_without_memory(std::forward<Handler>(handler));
            return;
        }
        state->waiting.emplace(without_slot<std::decay_t<Handler>>{std::forward<Handler>(handler)});
        state->outcome = outcome;
    }

    template <class Handler>
    void wait_in_list(std::uint64_t end, write_state outcome, Handler&& handler)
    {
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        pending_write* write = nullptr;
        try {
            write = &append(end, outcome);
            if (slot.is_connected()) {
                slot.assign([this, write](boost::asio::cancellation_type type) { cancel(write, type); });
            }
        } catch (const std::bad_alloc&) {
            remove(write);
            fail_without_memory(std::forward<Handler>(handler));
            return;
        }
        try {
            write->done.emplace(without_slot<std::decay_t<Handler>>{std::forward<Handler>(handler)});
        } catch (const std::bad_alloc&) { // the allocation for a large handler failed, and the handler is lost
            slot.clear();
            remove(write);
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

    pending_write& append(std::uint64_t end, write_state outcome);
    void remove(const pending_write* write) noexcept;
    void cancel(pending_write* write, boost::asio::cancellation_type type);
    void abort(pending_write* write);
    void drop(pending_write* write) noexcept;
    pending_list* several() noexcept { return pending_ ? pending_->waiting.get<pending_list>() : nullptr; }
    template <class Condition>
    void complete_if(Condition condition);
    static void complete(std::list<pending_write> ready);

    // A write that completes inside its own initiation needs neither a queue entry nor a wake-up. But it nests one
    // stack frame. After this number of nested writes, the handler yields to the event loop. This also prevents one
    // busy stream from blocking other streams. The handler moves to the pending state only if it must wait.
    static constexpr int writes_before_yield = 16;
    static inline constinit thread_local int nested_writes = 0;

    template <class Handler>
    void complete_now(write_state outcome, Handler&& handler)
    {
        if (nested_writes >= writes_before_yield) {
            defer(outcome, std::forward<Handler>(handler));
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
};

} // namespace rill::detail
