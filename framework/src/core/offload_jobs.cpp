#include "core/offload_jobs.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <rill/core/detail/cancellation.hpp>
#include <rill/core/detail/deferred.hpp>

#include "core/exception_collector.hpp"

namespace rill::detail {

namespace asio = boost::asio;

void offload_job::run()
{
    {
        const std::lock_guard lock(mutex_);
        if (state_ != state::queued) {
            return;
        }
        state_ = state::running;
    }
    std::exception_ptr error;
    try {
        work_->run();
    } catch (...) {
        error = std::current_exception();
    }
    {
        const std::lock_guard lock(mutex_);
        error_ = std::move(error);
        state_ = state::ended;
        changed_.notify_all();
    }
    notify_worker();
}

void offload_job::reject()
{
    {
        const std::lock_guard lock(mutex_);
        if (state_ != state::queued) {
            return;
        }
        error_ = exception_of(make_error_code(error::pool_stopped));
        state_ = state::ended;
    }
    notify_worker();
}

// The message may use plain pointers. The list of jobs keeps this job until the worker has read the message. If the
// worker has ended, it does not read the message, and no coroutine waits for the job.
void offload_job::notify_worker()
{
    static_cast<void>(worker_.post([this] { jobs_->complete(*this, {}); }));
}

bool offload_job::abandon()
{
    const std::lock_guard lock(mutex_);
    if (state_ != state::queued) {
        return false;
    }
    state_ = state::abandoned;
    return true;
}

bool offload_job::abandoned()
{
    const std::lock_guard lock(mutex_);
    return state_ == state::abandoned;
}

void offload_job::wait()
{
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return state_ != state::running; });
}

asio::execution_context::id offload_jobs::id;

namespace {

// The function object that the pool holds. If the pool destroys it without a call, the destructor rejects the job.
class pool_task
{
public:
    explicit pool_task(std::shared_ptr<offload_job> job) noexcept : job_(std::move(job)) {}
    pool_task(pool_task&&) noexcept = default;
    pool_task& operator=(pool_task&&) = delete;
    ~pool_task()
    {
        if (job_) {
            job_->reject();
        }
    }

    void operator()()
    {
        const auto job = std::move(job_);
        job->run();
    }

private:
    std::shared_ptr<offload_job> job_;
};

} // namespace

offload_jobs::offload_jobs(asio::execution_context& context) : asio::execution_context::service(context) {}

offload_jobs& offload_jobs::of(asio::io_context& context)
{
    return asio::use_service<offload_jobs>(context);
}

void offload_jobs::add(const std::shared_ptr<offload_job>& job)
{
    jobs_.push_front(job);
    job->position = jobs_.begin();
}

void offload_jobs::start(const std::shared_ptr<offload_job>& job, const executor& pool)
{
    add(job);
    asio::post(pool, pool_task(job));
}

void offload_jobs::start_abandoned(const std::shared_ptr<offload_job>& job)
{
    job->abandon();
    add(job);
    defer_complete(*job);
}

void offload_jobs::cancel(offload_job& job, asio::cancellation_type type)
{
    if (!ends_operation(type) || !job.handler) {
        return;
    }
    if (job.abandon()) {
        defer_complete(job);
    }
    if (job.abandoned() && destroys_coroutine()) {
        const auto dropped = *job.position;
        jobs_.erase(job.position);
        dropped->handler.reset();
    }
}

void offload_jobs::defer_complete(offload_job& job)
{
    asio::post(static_cast<asio::io_context&>(context()), [this, weak = std::weak_ptr(*job.position)] {
        const auto abandoned = weak.lock();
        if (abandoned && abandoned->handler) { // otherwise the coroutine was destroyed meanwhile
            complete(*abandoned, asio::error::operation_aborted);
        }
    });
}

void offload_jobs::complete(offload_job& job, error_code ec)
{
    const auto ended = *job.position;
    jobs_.erase(job.position);
    ended->handler.complete(ec);
}

void offload_jobs::finish()
{
    for (const auto& job : jobs_) {
        if (job->abandon()) {
            defer_complete(*job);
        } else {
            job->wait();
        }
    }
}

// Resumes the waiting coroutines, so that they release their resources.
void offload_jobs::shutdown() noexcept
{
    exception_collector ignored;
    while (!jobs_.empty()) {
        const auto job = jobs_.front();
        job->abandon();
        job->wait();
        ignored.run([&] { complete(*job, asio::error::operation_aborted); });
    }
}

} // namespace rill::detail
