#include "core/offload_jobs.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <rill/core/detail/cancellation.hpp>
#include <rill/core/detail/deferred.hpp>
#include <rill/core/detail/first_failure.hpp>

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
        call_->run();
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

void offload_job::refuse()
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

// By plain pointers: the list of jobs keeps this one until the message is read, and a worker that is gone, which does
// not read it, has no coroutine that waits.
void offload_job::notify_worker()
{
    static_cast<void>(worker_.post([this] { jobs_->complete(*this, {}); }));
}

bool offload_job::give_up()
{
    const std::lock_guard lock(mutex_);
    if (state_ != state::queued) {
        return false;
    }
    state_ = state::given_up;
    return true;
}

bool offload_job::given_up()
{
    const std::lock_guard lock(mutex_);
    return state_ == state::given_up;
}

void offload_job::wait()
{
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return state_ != state::running; });
}

asio::execution_context::id offload_jobs::id;

namespace {

// What the pool holds: a pool that ends without calling it says so.
class pool_task
{
public:
    explicit pool_task(std::shared_ptr<offload_job> job) noexcept : job_(std::move(job)) {}
    pool_task(pool_task&&) noexcept = default;
    pool_task& operator=(pool_task&&) = delete;
    ~pool_task()
    {
        if (job_) {
            job_->refuse();
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

void offload_jobs::start_given_up(const std::shared_ptr<offload_job>& job)
{
    job->give_up();
    add(job);
    complete_later(*job);
}

void offload_jobs::cancel(offload_job& job, asio::cancellation_type type)
{
    if (!ends_operation(type) || !job.handler) {
        return;
    }
    if (job.give_up()) {
        complete_later(job);
    }
    if (job.given_up() && destroys_coroutine()) {
        const auto dropped = *job.position;
        jobs_.erase(job.position);
        dropped->handler.reset();
    }
}

void offload_jobs::complete_later(offload_job& job)
{
    asio::post(static_cast<asio::io_context&>(context()), [this, weak = std::weak_ptr(*job.position)] {
        const auto given_up = weak.lock();
        if (given_up && given_up->handler) { // else it was destroyed meanwhile
            complete(*given_up, asio::error::operation_aborted);
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
        if (job->give_up()) {
            complete_later(*job);
        } else {
            job->wait();
        }
    }
}

// As timer_service does: the coroutines that wait are resumed, and release what they hold.
void offload_jobs::shutdown() noexcept
{
    first_failure ignored;
    while (!jobs_.empty()) {
        const auto job = jobs_.front();
        job->give_up();
        job->wait();
        ignored.run([&] { complete(*job, asio::error::operation_aborted); });
    }
}

} // namespace rill::detail
