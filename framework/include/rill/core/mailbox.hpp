#pragma once

#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <rill/core/awaitable.hpp>

namespace rill {

/// Messages from other threads to a worker. A message goes into a queue, and an eventfd wakes the loop once for all
/// that are in the queue; an address may outlive the worker. Where neither matters, boost::asio::post() to the worker's
/// executor does the same. An execution-context service, so that any module finds the mailbox of the context it runs
/// on.
///
/// While it exists the context does not run out of work.
class mailbox : public boost::asio::execution_context::service
{
    struct queue;

public:
    using key_type = mailbox;
    static boost::asio::execution_context::id id;
    using message = std::function<void()>;

    /// A way to a mailbox for other threads, which may outlive it.
    class address
    {
    public:
        address() = default;

        /// Runs `m` in the thread of the mailbox's context, after all that was posted before. Thread-safe.
        /// @return true: it is queued, and runs unless the context stops before; false: the context is gone, or this
        /// is no mailbox's address, and `m` was destroyed without being called
        [[nodiscard("false: the worker is gone, and the message was destroyed")]] bool post(message m) const;

    private:
        friend class mailbox;
        explicit address(std::shared_ptr<queue> queue) : queue_(std::move(queue)) {}

        std::shared_ptr<queue> queue_;
    };

    explicit mailbox(boost::asio::execution_context& context);
    ~mailbox() override;

    /// The context's mailbox. Only from the thread that runs the context.
    static mailbox& of(boost::asio::io_context& context);
    /// The mailbox of the worker whose executor this is. Throws boost::system::system_error with
    /// error::foreign_executor for any other executor.
    static mailbox& of(const executor& worker);

    address get_address() const { return address(queue_); }

    /// As address::post(). Thread-safe, while the context lives.
    bool post(message m) { return get_address().post(std::move(m)); }

    /// How many messages there have been. Thread-safe.
    std::uint64_t posted() const;

private:
    struct event;

    void shutdown() noexcept override;
    void wait();
    void deliver();

    std::shared_ptr<queue> queue_;
    std::unique_ptr<event> event_;
};

} // namespace rill
