#pragma once

#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <exception>
#include <functional>
#include <rill/core/awaitable.hpp>
#include <rill/core/detail/spawned_set.hpp>
#include <string>

namespace rill {

/// The background coroutines of one worker. This class is a service of the worker's execution context, so that spawn()
/// finds it from the executor. Belongs to the thread of the worker.
class background_tasks : public asio::execution_context::service
{
public:
    using key_type = background_tasks;
    static asio::execution_context::id id;

    explicit background_tasks(asio::execution_context& context);
    ~background_tasks() override;

    static background_tasks& of(asio::io_context& context);

    /// Starts a coroutine. After cancel(), destroys `body` without starting it, and calls on_rejected().
    /// @return false after cancel()
    [[nodiscard]] bool start(awaitable<> body);

    /// Cancels all coroutines, and rejects new ones. After the last one has ended, the event loop calls on_ended(). It
    /// also calls on_ended() if no coroutine runs.
    void cancel();

    std::size_t running() const noexcept { return tasks_.running(); }

    std::function<void()> on_ended;
    /// Called with the message of an exception that leaves a coroutine. If this function is empty, the exception leaves
    /// the event loop.
    std::function<void(const std::string&)> on_failed;
    /// Called for each coroutine that is rejected after cancel().
    std::function<void()> on_rejected;

private:
    void shutdown() noexcept override;
    void finish(bool cancelled, const std::exception_ptr& error);
    void check_ended();

    asio::io_context& io_;
    detail::spawned_set tasks_;
    bool cancelled_ = false;
};

} // namespace rill
