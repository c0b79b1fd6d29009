#pragma once

#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <rill/core/awaitable.hpp>

namespace rill {

/// Delivers messages from other threads to a worker. Messages go into a queue. An eventfd wakes the event loop once for
/// all queued messages. An address may outlive the worker. If a program needs neither of these properties, it may use
/// boost::asio::post() to the worker's executor instead. A mailbox is an execution-context service. Therefore any
/// module can find the mailbox of its context.
///
/// While a mailbox exists, its context does not run out of work.
class mailbox : public boost::asio::execution_context::service
{
    struct queue;

public:
    using key_type = mailbox;
    static boost::asio::execution_context::id id;
    using message = std::function<void()>;

    /// A handle with which other threads post to a mailbox. It may outlive the mailbox.
    class address
    {
    public:
        address() = default;

        /// Runs `m` in the thread of the mailbox's context, after all messages that were posted before. Thread-safe.
        /// @return true if the message is queued. It then runs unless the context stops first. false if the context was
        /// destroyed or the address is empty. `m` was then destroyed without a call.
        [[nodiscard("false: the worker has ended, and the message was destroyed")]] bool post(message m) const;

        /// Whether both are addresses of the same mailbox.
        friend bool operator==(const address&, const address&) = default;

    private:
        friend class mailbox;
        explicit address(std::shared_ptr<queue> queue) : queue_(std::move(queue)) {}

        std::shared_ptr<queue> queue_;
    };

    explicit mailbox(boost::asio::execution_context& context);
    ~mailbox() override;

    /// Returns the mailbox of the context. Call it from the thread that runs the context.
    static mailbox& of(boost::asio::io_context& context);
    /// Returns the mailbox of the worker with this executor. Throws boost::system::system_error with
    /// error::foreign_executor for any other executor.
    static mailbox& of(const executor& worker);

    address get_address() const { return address(queue_); }

    /// The same as get_address().post(). Thread-safe while the context exists.
    bool post(message m) { return get_address().post(std::move(m)); }

private:
    struct event;

    void shutdown() noexcept override;
    void wait();
    void deliver();

    std::shared_ptr<queue> queue_;
    std::unique_ptr<event> event_;
};

} // namespace rill
