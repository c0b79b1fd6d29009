#pragma once

#include <memory>
#include <rill/core/detail/deferred.hpp>
#include <rill/http/response_writer.hpp>
#include <rill/sse/event.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace rill::sse {

/// The stream of events to one client. sse::endpoint passes it to the handler. It outlives the handler's coroutine. Not
/// thread-safe: it belongs to the worker's thread.
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
    /// Before send() returns, the event is encoded, and sent or queued, in the order of the calls. Therefore the event
    /// may refer to temporaries, and it is sent even without co_await. co_await waits until the operating system has
    /// accepted the event and all data that was queued when the wait began. This wait is the back-pressure.
    ///
    /// Completion: `void(error_code)`, at once if the operating system accepts all data. If the client does not read,
    /// the handler waits here until the write timeout ends the stream. Any number of coroutines may send and wait. They
    /// complete in the order in which their waits began, each with its own result. Cancellation: terminal, partial and
    /// total. It ends the wait of this operation, not the transmission. Errors: operation_aborted after the stream has
    /// ended; error::invalid_utf8, and then nothing is sent. An error is thrown as boost::system::system_error, or
    /// returned with rill::as_expected. In builds without NDEBUG, a call from another thread aborts the process.
    template <class CompletionToken>
    auto send(const event& e, CompletionToken&& token)
    {
        return own("send()").wait_for(put(e), token);
    }
    auto send(const event& e) { return send(e, rill::detail::deferred); }

    /// Sends an event that has only data. It is a template, because a string_view parameter would be part of the
    /// handler's frame.
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

    /// Sends an encoded event, for example a pubsub::encoded_event. Streams share its bytes without a copy. An empty
    /// chunk completes at once.
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

    /// Returns the id of the last event that the client has received. It comes from the Last-Event-ID header or from
    /// the query. Returns an empty text if the request has no last event id.
    std::string_view last_event_id() const noexcept
    {
        return last_event_id_ ? std::string_view(*last_event_id_) : std::string_view();
    }

    /// Returns the last event id as a number, or `none` if it is not a number from 0 to 2^62. Because of this limit, a
    /// handler can count up from the number of a client without an overflow.
    std::int64_t last_event_number(std::int64_t none = 0) const noexcept;

    /// Whether the server has begun to shut down. See response_writer::stop_requested().
    bool stop_requested() const noexcept { return out_->stop_requested(); }

    /// Allows this stream to continue at a shutdown. endpoint_options::finish_on_shutdown does this for all streams of
    /// a route. See response_writer::finish_on_shutdown().
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

    /// Returns why the stream has ended. The reason is already set when the destructors in the handler run.
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
    std::unique_ptr<const std::string> last_event_id_; // a pointer, because most streams have none
};

} // namespace rill::sse
