#pragma once

#include <concepts>
#include <functional>
#include <optional>
#include <rill/core/awaitable.hpp>
#include <rill/core/detail/offloaded_work.hpp>
#include <rill/core/detail/temporary_rules.hpp>
#include <type_traits>
#include <utility>

namespace rill {

namespace detail {

/// One call of offload(). The object is in the frame of run_offloaded() until the function has ended.
class offloaded_call : public offloaded_work
{
public:
    explicit offloaded_call(executor pool) noexcept : pool_(std::move(pool)) {}

    /// Completes when run() has ended or will never be called. Throws the exception of run().
    awaitable<> done();

private:
    executor pool_;
};

template <class F, class R>
class offloaded_function final : public offloaded_call
{
public:
    offloaded_function(executor pool, F& function) : offloaded_call(std::move(pool)), function_(function) {}

    void run() override { result_.emplace(std::invoke(function_)); }
    R result() { return std::move(*result_); }

private:
    F& function_;
    std::optional<R> result_;
};

template <class F, class R>
    requires std::is_void_v<R>
class offloaded_function<F, R> final : public offloaded_call
{
public:
    offloaded_function(executor pool, F& function) : offloaded_call(std::move(pool)), function_(function) {}

    void run() override { std::invoke(function_); }
    void result() const noexcept {}

private:
    F& function_;
};

inline executor executor_of(const executor& ex)
{
    return ex;
}
template <class Context>
    requires requires(Context& c) { executor(c.get_executor()); }
executor executor_of(Context& context)
{
    return context.get_executor();
}

template <class F, class R = std::decay_t<std::invoke_result_t<F&>>>
awaitable<R> run_offloaded(executor pool, F function)
{
    offloaded_function<F, R> call(std::move(pool), function);
    co_await call.done();
    co_return call.result();
}

} // namespace detail

/// Calls `function()` on a thread pool and returns its result on the caller's worker. Use it for work that blocks or
/// takes long. On the worker, this work would delay all other streams of the worker.
///
///     const auto hash = co_await rill::offload(pool, [&] { return hash_password(form->password); });
///
/// The function never runs after the caller has continued. Therefore it may refer to local variables of the caller. It
/// runs on another thread. Therefore it must not use a stream, a request, or any other object of the worker that is not
/// thread-safe.
///
/// Completion: on the caller's worker, with the result of the function. If the function returns a reference, the result
/// is a copy. An exception of the function is thrown here. Errors: error::pool_stopped if the pool ends before it calls
/// the function; error::foreign_executor if the caller does not run on a worker. Cancellation: if no thread has called
/// the function yet, offload() throws operation_aborted at once, and the function is never called. A running function
/// cannot be interrupted. offload() then completes when the function has ended, and the caller's next co_await is
/// cancelled. A server does not end before its running functions have ended.
/// @param pool an executor, or an execution context such as asio::thread_pool, which must outlive the call
/// @param function called once, without arguments. It is copied or moved into the coroutine. Pass std::ref(function) to
/// refer to a function that outlives the call. g++ 12 destroys the captures of a temporary lambda twice. With that
/// compiler, a static_assert rejects a temporary lambda if a capture has a non-trivial destructor. Capture by
/// reference, or name the lambda first.
template <class Pool, class F>
auto offload(Pool&& pool, F&& function)
{
    constexpr bool may_be_temporary = detail::may_be_temporary<F&&>;
    static_assert(may_be_temporary,
                  "g++ 12 destroys the captures of a temporary lambda twice: capture by reference, as in [&], or "
                  "name the lambda on a line of its own and pass the name (or std::ref of it, to avoid a copy)");
    if constexpr (may_be_temporary) {
        return detail::run_offloaded<std::decay_t<F>>(detail::executor_of(pool), std::forward<F>(function));
    } else {
        return awaitable<std::decay_t<std::invoke_result_t<std::decay_t<F>&>>>();
    }
}

} // namespace rill
