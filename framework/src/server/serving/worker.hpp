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

/// The part of a server that runs in one thread: an event loop with its listeners and its connections.
class worker
{
public:
    /// Maximum time that coroutines have to unwind, after the end of the drain has cancelled them.
    static constexpr std::chrono::milliseconds unwind_timeout{2'000};

    worker(const handler& app, const server_options& options, const observer& observer, transport::capacity& shared);
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;
    ~worker();

    /// Accepts connections from a listening socket. The worker takes ownership of it. May be called several times.
    void listen(int socket) { listeners_.emplace_back(context_, socket); }

    /// Stops accepting permanently. Call this function only from the worker's thread, or while the worker has no
    /// thread.
    void close_listeners();

    /// Starts background coroutines when the worker runs. Call this function only while the worker has no thread.
    /// `tasks` must exist until the worker has ended.
    void start_background(const std::vector<background_task>& tasks);

    /// Serves until the drain is complete.
    void run();

    /// Runs at most one handler, in place of run(). Waits up to `wait` for one, in real time. Returns false if there is
    /// none, or if the drain is over. For tests.
    bool run_one(std::chrono::milliseconds wait);

    /// Begins the readiness delay, or the drain if there is no delay. A second call ends the delay. Thread-safe.
    void stop();

    /// Ends the streams that the predicate selects, in the worker's thread. Thread-safe.
    void end_streams(stream_predicate which, close_reason reason);

    asio::io_context& io() noexcept { return io_; }
    transport::worker_context& context() noexcept { return context_; }
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
