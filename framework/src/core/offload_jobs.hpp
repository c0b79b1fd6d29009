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

/// A function on its way from a worker to a pool and back. Both threads use its state. The other members belong to the
/// worker.
///
///     queued -> running -> ended
///        \-> abandoned
class offload_job
{
public:
    offload_job(offloaded_work& work, offload_jobs& jobs, mailbox::address worker)
        : work_(&work), jobs_(&jobs), worker_(std::move(worker))
    {}

    // Called by the pool.

    /// Calls the function unless it was abandoned, and notifies the worker.
    void run();

    /// Called if the pool will not call the function.
    void reject();

    // Called by the worker.

    /// Abandons the function if it was not called yet. Returns whether it is abandoned by this call.
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
    std::exception_ptr error_; // written by the pool before `ended`, read by the worker after that
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

    /// Queues the job on `pool`. Its handler is called from the event loop when the function has ended.
    void start(const std::shared_ptr<offload_job>& job, const executor& pool);

    /// For a coroutine that is already canceled: the function is not called.
    void start_abandoned(const std::shared_ptr<offload_job>& job);

    /// Called from the cancellation slot of the job's coroutine.
    void cancel(offload_job& job, boost::asio::cancellation_type type);

    /// Whether no function is queued or running.
    bool idle() const noexcept { return jobs_.empty(); }

    /// Abandons the functions that do not run yet, and blocks until the others have ended.
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
