#pragma once

#include <memory>
#include <rill/core/detail/deferred.hpp>
#include <rill/http/response_writer.hpp>
#include <rill/sse/event.hpp>
#include <string>
#include <string_view>

namespace rill::sse {

/// One client's live stream of events, as a handler sees it. Given to the handler by sse::endpoint; outlives the
/// handler's coroutine. Not to be used from another thread.
class event_stream
{
public:
    explicit event_stream(std::string_view last_event_id = {});
    /// For producers with a writer of their own, and for tests. `out` must outlive the stream.
    event_stream(response_writer& out, std::string_view last_event_id = {}) : event_stream(last_event_id)
    {
        out_ = &out;
    }
    event_stream(const event_stream&) = delete;
    event_stream& operator=(const event_stream&) = delete;

    /// Sends one event.
    ///
    /// The event is encoded and queued, in the order of the calls, before send() returns: it may borrow temporaries,
    /// and it is sent also if nothing is awaited. What is awaited is that the operating system has taken it and all
    /// that was queued until the wait began: that is the back-pressure. Completion: `void(error_code)`; at once where
    /// the operating system takes everything. A client that does not read holds the handler here, until the write
    /// timeout ends the stream. Any number of coroutines may send and wait; they complete in the order in which their
    /// waits began, each with its own outcome. Cancellation: terminal, partial and total end the wait of this
    /// operation, not the transmission. Errors: operation_aborted once the stream has ended; error::invalid_utf8, with
    /// nothing sent. By default they throw boost::system::system_error; with rill::as_expected they are returned.
    /// Only from the stream's worker: see response_writer::expect_own_thread().
    template <class CompletionToken>
    auto send(const event& e, CompletionToken&& token)
    {
        return own("send()").wait_for(put(e), token);
    }
    auto send(const event& e) { return send(e, rill::detail::deferred); }

    /// Sends an event that is nothing but data. (A template so that no string_view lies in the handler's frame.)
    template <class Text, class CompletionToken>
        requires std::convertible_to<const Text&, std::string_view>
    auto send(const Text& data, CompletionToken&& token)
    {
        return own("send()").wait_for(put({.data = std::string_view(data)}), token);
    }
    template <class Text>
        requires std::convertible_to<const Text&, std::string_view>
    auto send(const Text& data)
    {
        return send(data, rill::detail::deferred);
    }

    /// Sends an event that is encoded already, such as those of pubsub: its bytes are shared, not copied. An empty one
    /// completes at once.
    template <class CompletionToken>
    auto send(const shared_piece& piece, CompletionToken&& token)
    {
        return own("send()").wait_for(out_->put(piece), token);
    }
    auto send(const shared_piece& piece) { return send(piece, rill::detail::deferred); }

    /// Sends a comment, which the client ignores.
    template <class CompletionToken>
    auto comment(std::string_view comment, CompletionToken&& token)
    {
        return own("comment()").wait_for(put({.comment = comment}), token);
    }
    auto comment(std::string_view text) { return comment(text, rill::detail::deferred); }

    /// The id of the last event that the client has seen, from the Last-Event-ID header or the query; empty if there is
    /// none.
    std::string_view last_event_id() const noexcept
    {
        return last_event_id_ ? std::string_view(*last_event_id_) : std::string_view();
    }

    /// The last event id as a number; `none` when it is not one, or one below 0 or beyond 2^62: whoever counts on from
    /// a number that a client has sent has no overflow to fear, and gives out no number that was none of its own.
    std::int64_t last_event_number(std::int64_t none = 0) const noexcept;

    /// Whether the server has begun to shut down: see response_writer::stop_requested().
    bool stop_requested() const noexcept { return out_->stop_requested(); }

    /// Gives this stream time at a shutdown, as endpoint_options::finish_on_shutdown gives it to all streams of a
    /// route: see response_writer::finish_on_shutdown().
    void finish_on_shutdown() noexcept { out_->finish_on_shutdown(); }

    /// Waits until the server begins to shut down: see response_writer::stopped().
    template <class CompletionToken>
    auto stopped(CompletionToken&& token)
    {
        return out_->stopped(token);
    }
    auto stopped() { return out_->stopped(); }

    /// Why the stream has ended; known when the handler's destructors run.
    close_reason reason() const noexcept { return out_->reason(); }

    response_writer& writer() noexcept { return *out_; }
    void writer(response_writer& out) noexcept { out_ = &out; }

private:
    response_writer& own(const char* operation) const
    {
        out_->expect_own_thread(operation);
        return *out_;
    }
    response_writer::write_state put(const event& e);

    response_writer* out_ = nullptr;
    std::unique_ptr<const std::string> last_event_id_; // most streams have none: a pointer, not a string, in each
};

} // namespace rill::sse
