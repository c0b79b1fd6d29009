#pragma once

#include <boost/asio/execution_context.hpp>
#include <condition_variable>
#include <exception>
#include <list>
#include <memory>
#include <mutex>
#include <rill/core/detail/waiter.hpp>
#include <rill/core/mailbox.hpp>
#include <rill/core/offload.hpp>

namespace rill::detail {

class offload_jobs;

/// A function between a worker and a pool. Its state is what both threads know; the rest belongs to the worker.
///
///     queued -> running -> ended
///        \-> given_up
class offload_job
{
public:
    offload_job(offloaded_call& call, offload_jobs& jobs, mailbox::address worker)
        : call_(&call), jobs_(&jobs), worker_(std::move(worker))
    {}

    // On the pool.

    /// Calls the function, unless it was given up, and notifies the worker.
    void run();

    /// The pool will not call the function.
    void refuse();

    // On the worker.

    /// True if the function was not called, and will not be from now on.
    bool give_up();
    bool given_up();

    /// Blocks until the function no longer runs.
    void wait();

    std::exception_ptr take_error() noexcept { return std::exchange(error_, nullptr); }

    waiter handler;
    std::list<std::shared_ptr<offload_job>>::iterator position;

private:
    void notify_worker();

    enum class state : unsigned char
    {
        queued,
        running,
        ended,
        given_up
    };

    std::mutex mutex_;
    std::condition_variable changed_;
    state state_ = state::queued;
    offloaded_call* call_;
    offload_jobs* jobs_;       // for the worker only
    std::exception_ptr error_; // written by the pool before `ended`, read by the worker after it
    mailbox::address worker_;
};

/// The jobs of one worker. An execution-context service. Belongs to the worker's thread.
class offload_jobs : public boost::asio::execution_context::service
{
public:
    using key_type = offload_jobs;
    static boost::asio::execution_context::id id;

    explicit offload_jobs(boost::asio::execution_context& context);

    static offload_jobs& of(boost::asio::io_context& context);

    /// Queues the job on `pool`; its handler is called from the event loop when the function has ended.
    void start(const std::shared_ptr<offload_job>& job, const executor& pool);

    /// For a coroutine that is cancelled already: the function is not called.
    void start_given_up(const std::shared_ptr<offload_job>& job);

    /// Reached from the cancellation slot of the job's coroutine.
    void cancel(offload_job& job, boost::asio::cancellation_type type);

    /// Gives up the functions that do not run yet, and blocks until the others have ended.
    void finish();

private:
    void shutdown() noexcept override;
    void add(const std::shared_ptr<offload_job>& job);
    void complete(offload_job& job, error_code ec);
    void complete_later(offload_job& job);

    std::list<std::shared_ptr<offload_job>> jobs_;

    friend class offload_job;
};

} // namespace rill::detail
