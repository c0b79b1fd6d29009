#pragma once

#include <memory>
#include <rill/core/detail/deferred.hpp>
#include <rill/http/response_writer.hpp>
#include <rill/sse/event.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace rill::sse {

/// A client's stream of events. sse::endpoint passes it to the handler. It outlives the handler's coroutine. Not
/// thread-safe: belongs to the worker's thread.
class event_stream
{
public:
    explicit event_stream(std::string_view last_event_id = {});
    /// A stream on another writer, e.g. in tests. `out` must outlive the stream.
    event_stream(response_writer& out, std::string_view last_event_id = {}) : event_stream(last_event_id)
    {
        out_ = &out;
    }
    event_stream(const event_stream&) = delete;
    event_stream& operator=(const event_stream&) = delete;

    /// Sends one event.
    ///
    /// The event is encoded and sent or queued, in the order of the calls, before send() returns: it may borrow
    /// temporaries, and it is sent even if nothing is awaited. Awaiting it waits until the operating system has
    /// accepted the event and everything that was queued when the wait began: this is the back-pressure. Completion:
    /// `void(error_code)`, at once if the operating system accepts everything. If the client does not read, the handler
    /// waits here until the write timeout ends the stream. Any number of coroutines may send and wait. They complete in
    /// the order in which their waits began, each with its own outcome. Cancellation: terminal, partial and total end
    /// the wait of this operation, not the transmission. Errors: operation_aborted once the stream has ended;
    /// error::invalid_utf8, and nothing is sent. They throw boost::system::system_error, or are returned with
    /// rill::as_expected. In builds without NDEBUG, a call from another thread aborts the process.
    template <class CompletionToken>
    auto send(const event& e, CompletionToken&& token)
    {
        return own("send()").wait_for(put(e), token);
    }
    auto send(const event& e) { return send(e, rill::detail::deferred); }

    /// Sends an event that has only data. A template, so that the handler's frame holds no string_view.
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

    /// Sends an encoded event, such as one of pubsub. Its bytes are shared, not copied. An empty chunk completes at
    /// once.
    template <class CompletionToken>
    auto send(const shared_chunk& chunk, CompletionToken&& token)
    {
        auto& out = own("send()");
        return out.wait_for(out.put(chunk), token);
    }
    auto send(const shared_chunk& chunk) { return send(chunk, rill::detail::deferred); }

    /// Sends a comment, which the client ignores.
    template <class CompletionToken>
    auto comment(std::string_view comment, CompletionToken&& token)
    {
        return own("comment()").wait_for(put({.comment = comment}), token);
    }
    auto comment(std::string_view text) { return comment(text, rill::detail::deferred); }

    /// The id of the last event that the client has received, from the Last-Event-ID header or the query. Empty if
    /// there is none.
    std::string_view last_event_id() const noexcept
    {
        return last_event_id_ ? std::string_view(*last_event_id_) : std::string_view();
    }

    /// The last event id as a number. Returns `none` if it is not a number from 0 to 2^62. The limit leaves room to
    /// count on from a number that a client has sent.
    std::int64_t last_event_number(std::int64_t none = 0) const noexcept;

    /// Whether the server has begun to shut down. See response_writer::stop_requested().
    bool stop_requested() const noexcept { return out_->stop_requested(); }

    /// Lets this stream continue at a shutdown, as endpoint_options::finish_on_shutdown does for all streams of a
    /// route. See response_writer::finish_on_shutdown().
    void finish_on_shutdown() noexcept { out_->finish_on_shutdown(); }

    /// Sets the tag by which end_streams() finds this stream, e.g. the id of its user. See response_writer::set_tag().
    void set_tag(std::string tag)
    {
        own("set_tag()"); // checks the thread
        out_->set_tag(std::move(tag));
    }

    /// Waits until the server begins to shut down. See response_writer::stopped().
    template <class CompletionToken>
    auto stopped(CompletionToken&& token)
    {
        return out_->stopped(token);
    }
    auto stopped() { return out_->stopped(); }

    /// Why the stream has ended. It is already known when the handler's destructors run.
    close_reason reason() const noexcept { return out_->reason(); }

    response_writer& writer() noexcept { return *out_; }
    void set_writer(response_writer& out) noexcept { out_ = &out; }

private:
    rill::detail::stream_writer& own(const char* operation) const
    {
        auto& out = rill::detail::stream_writer::of(*out_);
        out.expect_own_thread(operation);
        return out;
    }
    rill::detail::write_state put(const event& e);

    response_writer* out_ = nullptr;
    std::unique_ptr<const std::string> last_event_id_; // a pointer and not a string, because most streams have none
};

} // namespace rill::sse
