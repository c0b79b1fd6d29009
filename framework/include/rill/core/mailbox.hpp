#pragma once

#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>

namespace rill {

/// What other threads may ask of a worker. A worker's io_context does no locking, so nothing is ever posted to it from
/// outside: a message goes into a queue, and an eventfd wakes the loop. An execution-context service, so that any
/// module finds the mailbox of the context it runs on.
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

        /// Runs `m` in the thread of the mailbox's context, after all that was posted before. Thread-safe. A message to
        /// a context that is gone is dropped.
        void post(message m) const;

    private:
        friend class mailbox;
        explicit address(std::shared_ptr<queue> queue) : queue_(std::move(queue)) {}

        std::shared_ptr<queue> queue_;
    };

    explicit mailbox(boost::asio::execution_context& context);
    ~mailbox() override;

    /// The context's mailbox. Only from the thread that runs the context.
    static mailbox& of(boost::asio::io_context& context);

    address get_address() const { return address(queue_); }

    /// As address::post(), while the context lives. Thread-safe.
    void post(message m) { get_address().post(std::move(m)); }

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
