#pragma once

#include <boost/asio/execution_context.hpp>
#include <condition_variable>
#include <exception>
#include <list>
#include <memory>
#include <mutex>
#include <rill/core/awaitable.hpp>
#include <rill/core/detail/offloaded_work.hpp>
#include <rill/core/detail/waiter.hpp>
#include <rill/core/mailbox.hpp>

namespace rill::detail {

class offload_jobs;

/// A call of offload(). A thread of the pool runs the function, and the worker waits for its end. The mutex protects
/// the state, because both threads use it. `handler` and `position` belong to the worker.
///
///     queued -> running -> ended
///        \-> abandoned
class offload_job
{
public:
    offload_job(offloaded_work& work, offload_jobs& jobs, mailbox::address worker)
        : work_(&work), jobs_(&jobs), worker_(std::move(worker))
    {}

    // The pool calls these functions.

    /// Calls the function, and then notifies the worker. Does nothing if the job was abandoned.
    void run();

    /// Ends the job with error::pool_stopped. Called when the pool destroys the function without a call.
    void reject();

    // The worker calls these functions.

    /// Abandons the job if its function does not run yet. Returns true if this call has abandoned the job.
    bool abandon();
    bool abandoned();

    /// Blocks while the function runs.
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
        abandoned
    };

    std::mutex mutex_;
    std::condition_variable changed_;
    state state_ = state::queued;
    offloaded_work* work_;
    offload_jobs* jobs_;       // used by the worker only
    std::exception_ptr error_; // the pool writes it before `ended`, the worker reads it after that
    mailbox::address worker_;
};

/// The jobs of one worker. This is an execution-context service. It belongs to the worker's thread.
class offload_jobs : public boost::asio::execution_context::service
{
public:
    using key_type = offload_jobs;
    static boost::asio::execution_context::id id;

    explicit offload_jobs(boost::asio::execution_context& context);

    static offload_jobs& of(boost::asio::io_context& context);

    /// Queues the job on `pool`. After the function has ended, the event loop calls the handler of the job.
    void start(const std::shared_ptr<offload_job>& job, const executor& pool);

    /// Adds the job of a coroutine that is already cancelled. The function is not called, and the job completes with
    /// operation_aborted.
    void start_abandoned(const std::shared_ptr<offload_job>& job);

    /// Handles a cancellation. The cancellation slot of the job's coroutine calls this function.
    void cancel(offload_job& job, boost::asio::cancellation_type type);

    /// Whether no function is queued or running.
    bool idle() const noexcept { return jobs_.empty(); }

    /// Abandons the jobs whose functions do not run yet. Blocks until the other functions have ended.
    void finish();

private:
    void shutdown() noexcept override;
    void add(const std::shared_ptr<offload_job>& job);
    void complete(offload_job& job, error_code ec);
    void defer_complete(offload_job& job);

    std::list<std::shared_ptr<offload_job>> jobs_;

    friend class offload_job;
};

} // namespace rill::detail
