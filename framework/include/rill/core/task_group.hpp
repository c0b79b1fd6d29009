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

/// Runs `body(group)`, a coroutine, and what it spawns with the group, and waits for all of them.
///
/// Completion: when the body and all tasks have ended. The first exception that leaves one of them cancels the others
/// and is thrown here, once they have ended. Cancellation of the caller is passed on to all of them.
/// @param body copied or moved into the coroutine; std::ref(body) refers to one that outlives the group instead. g++
/// 12 would destroy what a temporary lambda has captured twice, so there such a lambda is refused if a capture has a
/// destructor: capture by reference, or name the lambda first.
/// @param most how many tasks may run at once, the body not counted
template <class Body>
awaitable<> with_task_group(Body&& body, std::size_t most = 64);

namespace detail {

template <class Body>
awaitable<> run_task_group(Body body, std::size_t most);

} // namespace detail

/// Coroutines that run beside each other, of which none is left behind: with_task_group() returns, or throws, when the
/// last of them has ended, so they may refer to what its caller has on its stack.
///
///     co_await rill::with_task_group([&](rill::task_group& group) -> rill::awaitable<> {
///         static_cast<void>(group.spawn(watch(file))); // there is room for the first
///         co_await serve(stream);
///         group.cancel();
///     });
///
/// All of them run on the worker of the caller, one at a time. Belongs to its thread.
class task_group
{
public:
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;
    ~task_group();

    /// Starts `task`; it runs inside this call up to its first wait.
    /// @return true: `task` has begun; false: `most` tasks run already or the group is ending, and `task` is destroyed
    /// without having begun. As of rill::spawn(), it is not to be ignored.
    [[nodiscard("false: the task was destroyed without having begun")]] bool spawn(awaitable<> task);

    /// Cancels the tasks that run now, not the body: what they await completes with operation_aborted, which counts as
    /// no failure of theirs.
    void cancel();

    /// How many tasks run now, the body not counted.
    std::size_t size() const noexcept { return tasks_.running(); }

private:
    template <class Body>
    friend awaitable<> detail::run_task_group(Body body, std::size_t most);

    explicit task_group(std::size_t most) noexcept;

    /// Runs `body` and what it spawns; completes when all have ended. Cancellation is passed on to them, and does not
    /// shorten the wait.
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
            body_.root(detail::running_coroutine);
            tasks_.root(detail::running_coroutine);
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
    std::size_t most_;
    bool ending_ = false;
    std::exception_ptr error_;
};

template <class Body>
awaitable<> detail::run_task_group(Body body, std::size_t most)
{
    task_group group(most);
    auto coroutine = body(group);
    co_await group.run(coroutine);
    group.rethrow();
}

template <class Body>
awaitable<> with_task_group(Body&& body, std::size_t most)
{
    constexpr bool may_be_temporary = detail::may_be_temporary<Body&&>;
    static_assert(may_be_temporary,
                  "g++ 12 destroys what a temporary lambda has captured twice: capture by reference, as in [&], or "
                  "name the lambda on a line of its own and pass the name (or std::ref of it, to avoid a copy)");
    if constexpr (may_be_temporary) {
        return detail::run_task_group<std::decay_t<Body>>(std::forward<Body>(body), most);
    } else {
        return {};
    }
}

} // namespace rill
