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

namespace detail {
class coalesced_post;
}

/// Tells the coroutines of a worker that the server has begun to shut down. It only tells: whether a stream has time
/// then is the stream's own (response_writer::finish_on_shutdown()). An execution-context service: a coroutine finds
/// the signal of the worker that it runs on by of(), and nobody has to hand it down.
///
/// Not thread-safe: belongs to the thread that runs the context. Waits that are pending when the context is destroyed
/// complete with operation_aborted. A wait is no work: it does not keep the context's run() from returning.
class shutdown_signal : public boost::asio::execution_context::service
{
    struct link
    {
        link* prev = this;
        link* next = this;
    };

    // Allocated by each wait: those who never wait have nothing of it in their frame or connection.
    struct pending : link
    {
        detail::waiter waiter;
        boost::asio::cancellation_slot slot;
        bool aborted = false;
    };

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

    /// The context's own. Made by the first call.
    static shutdown_signal& of(boost::asio::io_context& context);
    /// That of the worker whose executor this is. Throws boost::system::system_error with error::foreign_executor for
    /// any other executor.
    static shutdown_signal& of(const executor& worker) { return of(detail::context_of(worker)); }

    /// Begins the shutdown: requested() is true from now on, and all waits complete, from the event loop. Only from the
    /// context's thread. Calls after the first do nothing.
    void request();

    bool requested() const noexcept { return requested_; }

    /// Waits for request(). Any number of coroutines may wait.
    ///
    /// Completion: `void(error_code)`, from the event loop, also when the shutdown has begun already. Cancellation:
    /// terminal, partial and total; completes with `operation_aborted`, unless it had completed before.
    template <class CompletionToken>
    auto wait(CompletionToken&& token)
    {
        return initiate(token);
    }
    auto wait() { return initiate(detail::deferred); }

    /// As wait(), for operations that are made of this one.
    template <class Handler>
    void start(Handler handler)
    {
        auto made = std::make_unique<pending>();
        made->slot = boost::asio::get_associated_cancellation_slot(handler);
        made->waiter.emplace(std::move(handler));
        auto& wait = add(std::move(made));
        if (wait.slot.is_connected()) {
            wait.slot.assign([this, &wait](boost::asio::cancellation_type type) { cancel(wait, type); });
        }
    }

private:
    void shutdown() noexcept override;
    pending& add(std::unique_ptr<pending> wait);
    void cancel(pending& wait, boost::asio::cancellation_type type);
    static void unlink(pending& wait) noexcept;
    static void move_to(link& list, pending& wait) noexcept;
    static pending& first(link& list) noexcept { return static_cast<pending&>(*list.next); }
    static bool empty(const link& list) noexcept { return list.next == &list; }
    void post_completions() noexcept;
    void complete_all();
    void complete_first();

    link waiting_;
    link completing_; // what the next turn of the event loop completes
    bool requested_ = false;
    std::unique_ptr<detail::coalesced_post> turn_;
};

} // namespace rill
