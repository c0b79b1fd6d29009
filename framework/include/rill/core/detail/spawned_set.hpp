#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <exception>
#include <memory>
#include <rill/core/awaitable.hpp>
#include <rill/core/detail/spawned_coroutine.hpp>
#include <vector>

namespace rill::detail {

/// The coroutines that one owner has spawned on one context. Belongs to the context's thread. All of them must have
/// ended or been destroyed before the set is destroyed.
class spawned_set
{
public:
    /// Called once for each coroutine after it has ended, while its bottom frame still runs. `cancelled` is true if
    /// cancel() has cancelled the coroutine. `error` is the exception of the coroutine, or null.
    using ended = void (*)(void* owner, bool cancelled, const std::exception_ptr& error);

    spawned_set(void* owner, ended on_ended) noexcept;
    spawned_set(const spawned_set&) = delete;
    spawned_set& operator=(const spawned_set&) = delete;
    ~spawned_set();

    /// Starts `coroutine`. It runs inside this call until its first wait.
    void start(asio::io_context& context, awaitable<> coroutine);

    /// Cancels the running coroutines.
    void cancel();

    std::size_t running() const noexcept { return running_; }

    /// Sets the parent coroutine of these coroutines. The parent must outlive them. The log names the parent.
    void set_root(const spawned_coroutine* coroutine) noexcept { root_ = coroutine; }

private:
    struct member;

    void finish(member& m, const std::exception_ptr& error);

    void* owner_;
    ended on_ended_;
    asio::io_context* context_ = nullptr;
    const spawned_coroutine* root_ = nullptr;
    std::vector<std::unique_ptr<member>> members_;
    std::size_t running_ = 0;
    std::size_t cancelling_ = 0; // number of active calls of cancel()
};

} // namespace rill::detail
