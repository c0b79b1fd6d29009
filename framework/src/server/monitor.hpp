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

/// What the workers of one server know of each other: a service of each worker's context, so that a handler finds the
/// others without being told of them. Set before the workers run; after that each belongs to its own thread.
class monitor final : public asio::execution_context::service
{
public:
    using key_type = monitor;
    static asio::execution_context::id id;

    struct member
    {
        mailbox::address mail;
        transport::worker_context* context;
    };
    using group = std::vector<member>;

    explicit monitor(asio::execution_context& context) : service(context) {}

    static monitor& of(asio::io_context& context);

    /// The server's workers, this one included; empty in a context that is not a server's.
    std::shared_ptr<const group> workers = std::make_shared<const group>();

    /// The server is to be given no more work: it drains, or is about to.
    bool leaving = false;

private:
    void shutdown() noexcept override {}
};

/// Runs in a worker's thread; what it returns, in that of the asker.
using question = std::function<std::function<void()>(transport::worker_context&)>;

/// Puts a question to each worker of the server that this coroutine runs on, through their mailboxes. What the question
/// refers to must live as long as the coroutine.
/// @return how many have not answered within a second. Terminal cancellation.
awaitable<std::size_t> ask_workers(question q);

} // namespace rill
