#include <rill/core/task_group.hpp>

#include <boost/asio/post.hpp>
#include <rill/core/detail/is_aborted.hpp>
#include <utility>

namespace rill {

task_group::task_group(std::size_t most) noexcept : most_(most) {}

task_group::~task_group() = default;

bool task_group::spawn(awaitable<> coroutine)
{
    if (ending_ || size() >= most_) {
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
    const bool by_cancel = cancelled && !ending_; // that it is aborted then is no failure
    if (error && !error_ && !(by_cancel && detail::is_aborted(error))) {
        error_ = error;
        end_all();
    }
    if (body_.running() + tasks_.running() == 0) {
        // Not from inside the last task, and owning the handler: should the event loop end before, it is released.
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
