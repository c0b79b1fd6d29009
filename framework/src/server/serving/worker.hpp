#pragma once

#include <chrono>
#include <list>
#include <rill/core/mailbox.hpp>
#include <rill/server/options.hpp>

#include "server/operations/worker_group.hpp"
#include "server/serving/background_tasks.hpp"
#include "server/serving/listener.hpp"
#include "transport/worker_context.hpp"

namespace rill {

/// One thread's share of a server: an event loop with its listener and its connections.
class worker
{
public:
    /// Maximum time for coroutines to unwind after the end of the drain has cancelled them.
    static constexpr std::chrono::milliseconds unwind_timeout{2'000};

    worker(const handler& app, const server_options& options, const observer& observer, transport::capacity& shared);
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;
    ~worker();

    /// Accepts connections from a listening socket, which the worker owns from now on. May be called several times.
    void listen(int socket) { listeners_.emplace_back(context_, socket); }

    /// Stops accepting, for good. Only from the worker's thread, or while it has none.
    void close_listeners();

    /// Starts background coroutines when the worker runs. Only while it has no thread.
    void start_background(const std::vector<background_task>& tasks);

    /// Serves until the drain is over.
    void run();

    /// Begins the drain. Thread-safe.
    void stop();

    /// Ends the streams that the predicate selects, in the worker's thread. Thread-safe.
    void end_streams(stream_predicate which, close_reason reason);

    asio::io_context& io() noexcept { return io_; }
    worker_group::member as_member() { return {mailbox_.get_address(), &context_}; }
    std::size_t connections() const noexcept { return context_.connections(); }

private:
    struct deadline : timer_node
    {
        worker* owner = nullptr;
        enum
        {
            readiness_delay,
            draining,
            unwinding
        } phase = readiness_delay; ///< the phase that the deadline ends
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
