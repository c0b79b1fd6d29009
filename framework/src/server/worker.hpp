#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <rill/server/options.hpp>
#include <vector>

#include "server/listener.hpp"
#include "transport/worker_context.hpp"

namespace rill {

/// What other threads may ask of a worker. Its io_context does no locking, so nothing is ever posted to it from
/// outside: a message goes into a queue, and an eventfd wakes the loop.
class mailbox
{
public:
    explicit mailbox(asio::io_context& context);

    /// Runs `message` in the worker's thread. Thread-safe.
    void post(std::function<void()> message);

private:
    void wait();
    void deliver();

    asio::posix::basic_stream_descriptor<executor> event_;
    std::mutex mutex_;
    std::vector<std::function<void()>> messages_;
};

/// One thread's share of a server: an event loop with its listener and its connections.
class worker
{
public:
    worker(const handler& app, const server_options& options, const observer& observer);
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;
    ~worker();

    void listen(int socket) { listener_.emplace(context_, socket); }

    /// Serves until the drain is over.
    void run();

    /// Begins the drain. Thread-safe.
    void stop();

    asio::io_context& io() noexcept { return io_; }
    std::size_t connections() const noexcept { return context_.connections(); }

private:
    struct deadline : timer_node
    {
        worker* owner = nullptr;
        bool last = false;
    };

    void begin_drain();
    void on_deadline();

    const server_options& options_;
    asio::io_context io_;
    transport::worker_context context_;
    mailbox mailbox_;
    std::optional<listener> listener_;
    deadline deadline_;
    bool stopping_ = false;
};

} // namespace rill
