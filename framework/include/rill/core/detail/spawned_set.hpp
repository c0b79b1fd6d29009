#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <exception>
#include <memory>
#include <rill/core/awaitable.hpp>
#include <rill/core/detail/spawned_coroutine.hpp>
#include <vector>

namespace rill::detail {

/// Coroutines that one owner has spawned on one context, and answers for. Belongs to the context's thread. What they
/// wait for must have let go of them, done or destroyed, before this ends.
class spawned_set
{
public:
    /// Told of each coroutine once, when it has ended but its bottom frame still runs: whether cancel() has met it, and
    /// what it threw.
    using ended = void (*)(void* owner, bool cancelled, const std::exception_ptr& error);

    spawned_set(void* owner, ended on_ended) noexcept;
    spawned_set(const spawned_set&) = delete;
    spawned_set& operator=(const spawned_set&) = delete;
    ~spawned_set();

    /// Starts `coroutine`; it runs inside this call up to its first wait.
    void start(asio::io_context& context, awaitable<> coroutine);

    /// Cancels those that run now.
    void cancel();

    std::size_t running() const noexcept { return running_; }

    /// The coroutine that these are tasks of, which outlives them: names them in the log.
    void root(const spawned_coroutine* coroutine) noexcept { root_ = coroutine; }

private:
    struct member;

    void finish(member& m, const std::exception_ptr& error);

    void* owner_;
    ended on_ended_;
    asio::io_context* context_ = nullptr;
    const spawned_coroutine* root_ = nullptr;
    std::vector<std::unique_ptr<member>> members_;
    std::size_t running_ = 0;
    std::size_t cancelling_ = 0; // calls of cancel() on the stack
};

} // namespace rill::detail
