#include <rill/core/task_group.hpp>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <rill/core/detail/is_aborted.hpp>
#include <rill/core/detail/spawn.hpp>
#include <rill/core/timer_service.hpp>

namespace rill {

struct task_group::task : detail::spawned_coroutine
{
    explicit task(task_group& g) : group(g) {}

    task_group& group;
    asio::cancellation_signal signal;
    bool done = false;
    bool cancelled = false; // by cancel(): that it is aborted then is no failure
};

task_group::task_group(std::size_t most) noexcept : most_(most) {}

task_group::~task_group() = default;

bool task_group::spawn(awaitable<> coroutine)
{
    if (ending_ || size() >= most_) {
        return false;
    }
    start(std::move(coroutine));
    return true;
}

void task_group::start(awaitable<> coroutine)
{
    reap();
    tasks_.push_back(std::make_unique<task>(*this));
    auto& t = *tasks_.back();
    ++running_;
    detail::spawn<&on_done>(*context_, std::move(coroutine), t.signal, t);
}

void task_group::on_done(detail::spawned_coroutine& coroutine, std::exception_ptr error)
{
    auto& t = static_cast<task&>(coroutine);
    t.group.finish(t, std::move(error));
}

// The task's bottom frame still runs here: its memory is freed by the next start(), or at the end.
void task_group::finish(task& t, std::exception_ptr error)
{
    t.done = true;
    --running_;
    if (error && !error_ && !(t.cancelled && detail::is_aborted(error))) {
        error_ = std::move(error);
        end_all();
    }
    if (running_ == 0) {
        // Not from inside the last task, and owning the handler: should the event loop end before, it is released.
        asio::post(*context_, [waiter = std::move(waiter_)] { waiter->complete({}); });
    }
}

void task_group::cancel()
{
    cancel_from(1);
}

void task_group::end_all()
{
    ending_ = true;
    cancel_from(0);
}

// By index: who is cancelled may spawn, and may end inside the call.
void task_group::cancel_from(std::size_t first)
{
    ++cancelling_;
    auto& timers = timer_service::of(*context_);
    for (std::size_t i = first; i < tasks_.size(); ++i) {
        auto& t = *tasks_[i];
        if (!t.done) {
            t.cancelled = t.cancelled || !ending_;
            detail::cancel(timers, t.signal, t);
        }
    }
    --cancelling_;
}

// The body's place is kept: it is the first.
void task_group::reap()
{
    if (cancelling_ == 0 && tasks_.size() > 1) {
        const auto gone = std::remove_if(tasks_.begin() + 1, tasks_.end(), [](const auto& t) { return t->done; });
        tasks_.erase(gone, tasks_.end());
    }
}

bool task_group::body_runs() const noexcept
{
    return !tasks_.empty() && !tasks_.front()->done;
}

void task_group::rethrow()
{
    if (error_) {
        std::rethrow_exception(std::exchange(error_, nullptr));
    }
}

} // namespace rill
