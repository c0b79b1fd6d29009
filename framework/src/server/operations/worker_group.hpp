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

/// The workers of one server. Each worker has an object of this class as a service of its execution context. Therefore
/// a handler finds all workers from its own executor. The object is filled before the workers run. After that, it
/// belongs to the thread of its worker.
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

    /// All workers of the server, including this one. Empty if the context does not belong to a worker.
    std::shared_ptr<const members> workers = std::make_shared<const members>();

    /// True if the server should get no more requests: a drain has begun, or it begins after
    /// server_options::readiness_delay.
    bool shutting_down = false;

private:
    void shutdown() noexcept override {}
};

/// Runs in the thread of a worker. It returns a function that runs in the thread of the coroutine that called
/// query_workers().
using worker_query = std::function<std::function<void()>(transport::worker_context&)>;

/// Runs a query in each worker of the server, through the mailboxes of the workers. The function that the query returns
/// runs only before the coroutine ends. Therefore it may use objects of the coroutine. A worker that does not answer in
/// time may run the query itself after the coroutine has ended. Therefore the query must own the objects that it uses.
/// Cancellation: terminal.
/// @return the number of workers that have not answered within a second
awaitable<std::size_t> query_workers(worker_query query);

} // namespace rill
