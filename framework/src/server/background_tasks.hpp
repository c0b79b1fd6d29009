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

/// The coroutines in the background of one worker. An execution-context service, as the worker's `stop` is: spawn()
/// finds it by the executor. Belongs to the worker's thread.
class background_tasks : public asio::execution_context::service
{
public:
    using key_type = background_tasks;
    static asio::execution_context::id id;

    explicit background_tasks(asio::execution_context& context);
    ~background_tasks() override;

    static background_tasks& of(asio::io_context& context);

    /// False when cancel() was called: then `body` has not begun, and is destroyed; on_refused() is called.
    [[nodiscard]] bool start(awaitable<> body);

    /// Cancels all of them; none is started any more. on_ended() is called from the event loop when the last has ended,
    /// which may be now.
    void cancel();

    std::size_t running() const noexcept { return tasks_.running(); }

    std::function<void()> on_ended;
    /// Told of what has left a coroutine. Where nobody is, it leaves the event loop.
    std::function<void(const std::string&)> on_failed;
    /// Told of each coroutine that came after cancel().
    std::function<void()> on_refused;

private:
    void shutdown() noexcept override;
    void finish(bool cancelled, const std::exception_ptr& error);
    void check_ended();

    asio::io_context& io_;
    detail::spawned_set tasks_;
    bool ending_ = false;
};

} // namespace rill
