#pragma once

#include <rill/core/awaitable.hpp>
#include <rill/core/detail/deferred.hpp>
#include <rill/core/shutdown_signal.hpp>
#include <rill/http/detail/stream_writer.hpp>
#include <rill/http/stream_policy.hpp>
#include <string>
#include <string_view>

namespace rill {

/// The producer of a streamed body writes the body to this object. It does not depend on the socket or the HTTP
/// version. reason() returns why the stream has ended. The object exists until the producing coroutine has ended. Not
/// thread-safe: it belongs to the worker of the stream.
class response_writer : protected detail::stream_writer
{
    // Declared first because its return type is deduced.
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
    /// Writes `data` as one chunk of the body.
    ///
    /// Before write() returns, the bytes are copied or sent, in the order of the calls. Therefore `data` need not
    /// outlive the call, and the chunk is sent even without co_await. co_await waits until the operating system has
    /// accepted the chunk and all data that was queued when the wait began. This wait is the back-pressure.
    ///
    /// Completion: `void(error_code)`, at once if the operating system accepts all data. Any number of coroutines may
    /// write and wait. They complete in the order in which their waits began, each with its own result. Cancellation:
    /// terminal, partial and total. It ends the wait of this operation, not the transmission. Errors: operation_aborted
    /// after the stream has ended; errc::not_enough_memory if the wait cannot be stored.
    template <class CompletionToken>
    auto write(std::string_view data, CompletionToken&& token)
    {
        expect_own_thread("write()");
        return wait_for(put(data), token);
    }
    auto write(std::string_view data) { return write(data, detail::deferred); }

    using detail::stream_writer::end;
    using detail::stream_writer::reason;

    /// Sets the policy of the connection for this stream, from now on. `policy` must outlive the stream.
    virtual void set_policy(const stream_policy& policy) = 0;

    /// Whether the server has begun to shut down. This call has no effect on the stream. finish_on_shutdown() and
    /// stream_policy::finish_on_shutdown decide whether the stream may continue.
    virtual bool stop_requested() const noexcept = 0;

    /// Allows this stream to continue at a shutdown until its producer ends it, for at most the server's drain_timeout.
    /// Does nothing after the shutdown has ended the stream.
    void finish_on_shutdown() noexcept { finishes_on_shutdown_ = true; }

    /// Sets the tag by which end_streams() finds this stream. It replaces an earlier tag. An empty text removes it. A
    /// stream without a tag needs no memory for it. May throw std::bad_alloc. Only a connection of a server has tags:
    /// other writers ignore it.
    virtual void set_tag([[maybe_unused]] std::string tag) {}

    /// Waits until the server begins to shut down. If the stream may not continue (see finish_on_shutdown()), the
    /// shutdown also ends the stream, at any time within server_options::drain_spread. This may happen before the
    /// coroutine continues.
    ///
    /// Completion: `void(error_code)`, from the event loop, even if the shutdown has already begun. Any number of
    /// coroutines may wait. Cancellation: terminal, partial and total. A cancelled wait completes with
    /// operation_aborted.
    template <class CompletionToken>
    auto stopped(CompletionToken&& token)
    {
        return initiate_stopped(token);
    }
    auto stopped() { return initiate_stopped(detail::deferred); }

protected:
    response_writer() = default;
    ~response_writer() = default;

    bool finishes_on_shutdown_ = false;

private:
    friend class detail::stream_writer;
};

inline detail::stream_writer& detail::stream_writer::of(response_writer& out) noexcept
{
    return out;
}

} // namespace rill
