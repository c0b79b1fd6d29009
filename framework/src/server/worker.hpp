#pragma once

#include <chrono>
#include <list>
#include <rill/core/mailbox.hpp>
#include <rill/server/options.hpp>

#include "server/background_tasks.hpp"
#include "server/listener.hpp"
#include "server/monitor.hpp"
#include "transport/worker_context.hpp"

namespace rill {

/// One thread's share of a server: an event loop with its listener and its connections.
class worker
{
public:
    /// How long coroutines that were cancelled at the deadline of the drain may take to unwind.
    static constexpr std::chrono::milliseconds unwind_time{2'000};

    worker(const handler& app, const server_options& options, const observer& observer, transport::capacity& shared);
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;
    ~worker();

    /// May be called for several sockets.
    void listen(int socket) { listeners_.emplace_back(context_, socket); }

    /// Nothing is accepted from now on. From the worker's thread, or while it has none.
    void close_listeners();

    /// Starts these as soon as it runs. While it has no thread.
    void start_background(const std::vector<background_task>& tasks);

    /// Serves until the drain is over.
    void run();

    /// Begins the drain. Thread-safe.
    void stop();

    asio::io_context& io() noexcept { return io_; }
    monitor::member as_member() { return {mailbox_.get_address(), &context_}; }
    std::size_t connections() const noexcept { return context_.connections(); }

private:
    struct deadline : timer_node
    {
        worker* owner = nullptr;
        enum
        {
            unready,
            draining,
            unwinding
        } ends = unready;
    };

    void log_exception() const noexcept;
    void begin_drain();
    void drain();
    void on_drained();
    void on_deadline();
    void log_remaining() const;

    const server_options& options_;
    asio::io_context io_;
    transport::worker_context context_;
    mailbox& mailbox_;
    background_tasks& background_;
    std::list<listener> listeners_;
    deadline deadline_;
    bool stopping_ = false;
};

} // namespace rill
