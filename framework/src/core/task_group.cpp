#include <rill/core/task_group.hpp>

#include <boost/asio/post.hpp>
#include <utility>

#include "core/is_aborted.hpp"

namespace rill {

task_group::task_group(std::size_t max_tasks) noexcept : max_tasks_(max_tasks) {}

task_group::~task_group() = default;

bool task_group::spawn(awaitable<> coroutine)
{
    if (ending_ || size() >= max_tasks_) {
        return false;
    }
    tasks_.start(*context_, std::move(coroutine));
    return true;
}

void task_group::on_ended(void* self, bool cancelled, const std::exception_ptr& error)
{
    static_cast<task_group*>(self)->finish(cancelled, error);
}

void task_group::finish(bool cancelled, const std::exception_ptr& error)
{
    const bool by_cancel = cancelled && !ending_; // then operation_aborted is no failure
    if (error && !error_ && !(by_cancel && detail::is_aborted(error))) {
        error_ = error;
        end_all();
    }
    if (body_.running() + tasks_.running() == 0) {
        // The last task must not call the handler directly. The posted function owns the handler, so that the handler
        // is destroyed if the event loop ends.
        asio::post(*context_, [waiter = std::move(waiter_)] { waiter->complete({}); });
    }
}

void task_group::cancel()
{
    tasks_.cancel();
}

void task_group::end_all()
{
    ending_ = true;
    body_.cancel();
    tasks_.cancel();
}

void task_group::rethrow()
{
    if (error_) {
        std::rethrow_exception(std::exchange(error_, nullptr));
    }
}

} // namespace rill
