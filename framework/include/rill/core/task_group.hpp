#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <cstddef>
#include <exception>
#include <memory>
#include <rill/core/awaitable.hpp>
#include <rill/core/detail/cancellation.hpp>
#include <rill/core/detail/context_of.hpp>
#include <rill/core/detail/deferred.hpp>
#include <rill/core/detail/spawned_set.hpp>
#include <rill/core/detail/temporary_rules.hpp>
#include <rill/core/detail/waiter.hpp>

namespace rill {

class task_group;

/// Runs the coroutine `body(group)` and the tasks that it spawns with the group, and waits until all have ended.
///
/// Completion: when the body and all tasks have ended. The first exception of the body or a task cancels the others.
/// This exception is thrown here after all have ended. Cancellation of the caller cancels the body and all tasks.
/// @param body copied or moved into the coroutine. Pass std::ref(body) to refer to a body that outlives the group. g++
/// 12 destroys the captures of a temporary lambda twice. With that compiler, a static_assert rejects a temporary lambda
/// if a capture has a non-trivial destructor. Capture by reference, or name the lambda first.
/// @param max_tasks maximum number of tasks that run at once. The body does not count.
template <class Body>
awaitable<> with_task_group(Body&& body, std::size_t max_tasks = 64);

namespace detail {

template <class Body>
awaitable<> run_task_group(Body body, std::size_t max_tasks);

} // namespace detail

/// A group of coroutines that run concurrently. with_task_group() completes after all of them have ended. Therefore
/// they may refer to local variables of its caller.
///
///     co_await rill::with_task_group([&](rill::task_group& group) -> rill::awaitable<> {
///         static_cast<void>(group.spawn(watch(file))); // a group always accepts its first task
///         co_await serve(stream);
///         group.cancel();
///     });
///
/// All coroutines of the group run on the caller's worker, one at a time. Not thread-safe: the group belongs to the
/// worker's thread.
class task_group
{
public:
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;
    ~task_group();

    /// Starts `task`. It runs inside this call until its first wait.
    /// @return true if `task` was started. false if the maximum number of tasks is running or the group is ending.
    /// `task` was then destroyed.
    [[nodiscard("false: the task was destroyed and never started")]] bool spawn(awaitable<> task);

    /// Cancels the running tasks, but not the body. The pending operations of the tasks complete with
    /// operation_aborted. A task that ends with this error does not count as failed.
    void cancel();

    /// Number of running tasks, without the body.
    std::size_t size() const noexcept { return tasks_.running(); }

private:
    template <class Body>
    friend awaitable<> detail::run_task_group(Body body, std::size_t max_tasks);

    explicit task_group(std::size_t max_tasks) noexcept;

    /// Runs `body` and its tasks. Completes when all have ended. A cancellation cancels the body and the tasks, and
    /// run() still waits for them.
    auto run(awaitable<>& body)
    {
        auto initiate = [this, &body](auto&& handler) {
            context_ = detail::context_of_handler(handler);
            if (context_ == nullptr) {
                detail::complete_foreign(std::forward<decltype(handler)>(handler));
                return;
            }
            auto slot = boost::asio::get_associated_cancellation_slot(handler);
            waiter_ = std::make_unique<detail::waiter>();
            waiter_->emplace(std::forward<decltype(handler)>(handler));
            if (slot.is_connected()) {
                slot.assign([this](boost::asio::cancellation_type type) {
                    if (detail::ends_operation(type)) {
                        end_all();
                    }
                });
            }
            body_.set_root(detail::running_coroutine);
            tasks_.set_root(detail::running_coroutine);
            body_.start(*context_, std::move(body));
        };
        return detail::deferred_operation<void(error_code), decltype(initiate)>(initiate);
    }

    static void on_ended(void* self, bool cancelled, const std::exception_ptr& error);
    void finish(bool cancelled, const std::exception_ptr& error);
    void end_all();
    void rethrow();

    asio::io_context* context_ = nullptr;
    std::unique_ptr<detail::waiter> waiter_;
    detail::spawned_set body_{this, &on_ended};
    detail::spawned_set tasks_{this, &on_ended};
    std::size_t max_tasks_;
    bool ending_ = false;
    std::exception_ptr error_;
};

template <class Body>
awaitable<> detail::run_task_group(Body body, std::size_t max_tasks)
{
    task_group group(max_tasks);
    auto coroutine = body(group);
    co_await group.run(coroutine);
    group.rethrow();
}

template <class Body>
awaitable<> with_task_group(Body&& body, std::size_t max_tasks)
{
    constexpr bool may_be_temporary = detail::may_be_temporary<Body&&>;
    static_assert(may_be_temporary,
                  "g++ 12 destroys the captures of a temporary lambda twice: capture by reference, as in [&], or "
                  "name the lambda on a line of its own and pass the name (or std::ref of it, to avoid a copy)");
    if constexpr (may_be_temporary) {
        return detail::run_task_group<std::decay_t<Body>>(std::forward<Body>(body), max_tasks);
    } else {
        return {};
    }
}

} // namespace rill
