#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <rill/core/as_expected.hpp>
#include <rill/core/detail/context_of.hpp>
#include <rill/core/detail/deferred.hpp>
#include <rill/core/detail/waiter.hpp>

namespace rill {

/// Notifies the coroutines of a worker that the server has begun to shut down. It has no other effect.
/// response_writer::finish_on_shutdown() and stream_policy::finish_on_shutdown decide whether a stream may continue. It
/// is an execution-context service: of() returns the signal of a worker.
///
/// Not thread-safe: belongs to the thread that runs the context. When the context is destroyed, pending waits complete
/// with operation_aborted. A pending wait does not prevent the context's run() from returning.
class shutdown_signal : public boost::asio::execution_context::service
{
    struct pending_wait;
    struct state;

    template <class CompletionToken>
    auto initiate(CompletionToken& token)
    {
        return boost::asio::async_initiate<CompletionToken, void(error_code)>(
            [this](auto&& handler) { this->start(std::forward<decltype(handler)>(handler)); }, token);
    }

public:
    using key_type = shutdown_signal;
    static boost::asio::execution_context::id id;

    explicit shutdown_signal(boost::asio::execution_context& context);
    ~shutdown_signal() override;

    /// Returns the signal of the context. The first call creates it.
    static shutdown_signal& of(boost::asio::io_context& context);
    /// Returns the signal of the worker with this executor. Throws boost::system::system_error with
    /// error::foreign_executor for any other executor.
    static shutdown_signal& of(const executor& worker) { return of(detail::context_of(worker)); }

    /// Begins the shutdown. From now on requested() returns true. All waits complete from the event loop. Further calls
    /// do nothing.
    void request();

    bool requested() const noexcept { return requested_; }

    /// Waits for request(). Any number of coroutines may wait.
    ///
    /// Completion: `void(error_code)`, from the event loop, even if the shutdown has already begun. Cancellation:
    /// terminal, partial and total. A cancelled wait completes with `operation_aborted`.
    template <class CompletionToken>
    auto wait(CompletionToken&& token)
    {
        return initiate(token);
    }
    auto wait() { return initiate(detail::deferred); }

    /// Starts a wait with a completion handler. It is for operations that contain this wait.
    template <class Handler>
    void start(Handler handler)
    {
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        detail::waiter waiter;
        waiter.emplace(std::move(handler));
        auto& wait = add(waiter, slot);
        if (slot.is_connected()) {
            slot.assign([this, &wait](boost::asio::cancellation_type type) { cancel(wait, type); });
        }
    }

private:
    void shutdown() noexcept override;
    pending_wait& add(detail::waiter& waiter, const boost::asio::cancellation_slot& slot);
    void cancel(pending_wait& wait, boost::asio::cancellation_type type);
    void post_completions() noexcept;
    void complete_all();

    std::unique_ptr<state> state_;
    bool requested_ = false;
};

} // namespace rill
