#pragma once

#include <boost/asio/execution_context.hpp>
#include <functional>
#include <memory>
#include <rill/core/awaitable.hpp>
#include <rill/core/mailbox.hpp>
#include <vector>

namespace rill::transport {
class worker_context;
}

namespace rill {

/// The workers of one server, as a service of the execution context of each: so a handler finds all workers from its
/// own executor. It is filled in before the workers run. After that, each object belongs to the thread of its worker.
class worker_group final : public asio::execution_context::service
{
public:
    using key_type = worker_group;
    static asio::execution_context::id id;

    struct member
    {
        mailbox::address mail;
        transport::worker_context* context;
    };
    using members = std::vector<member>;

    explicit worker_group(asio::execution_context& context) : service(context) {}

    static worker_group& of(asio::io_context& context);

    /// All workers of the server, this one included. Empty in a context that is not a worker's.
    std::shared_ptr<const members> workers = std::make_shared<const members>();

    /// The server should get no more work: a drain has begun, or begins after server_options::readiness_delay.
    bool shutting_down = false;

private:
    void shutdown() noexcept override {}
};

/// Runs in the thread of a worker. The function that it returns runs in the thread of the coroutine that asks.
using worker_query = std::function<std::function<void()>(transport::worker_context&)>;

/// Runs a query in each worker of the server, through the mailboxes of the workers. All objects that the query refers
/// to must live until the coroutine ends. Cancellation: terminal.
/// @return the number of workers that do not answer within a second
awaitable<std::size_t> query_workers(worker_query query);

} // namespace rill
