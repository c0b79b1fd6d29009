#include "server/background_tasks.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <rill/core/detail/is_aborted.hpp>
#include <rill/core/detail/spawn.hpp>
#include <rill/core/timer_service.hpp>
#include <rill/server/background.hpp>
#include <utility>

namespace rill {

struct background_tasks::task : detail::spawned_coroutine
{
    explicit task(background_tasks& all) : owner(all) {}

    background_tasks& owner;
    asio::cancellation_signal signal;
    bool done = false;
};

asio::execution_context::id background_tasks::id;

background_tasks::background_tasks(asio::execution_context& context)
    : asio::execution_context::service(context), io_(static_cast<asio::io_context&>(context))
{}

background_tasks::~background_tasks() = default;

background_tasks& background_tasks::of(asio::io_context& context)
{
    return asio::use_service<background_tasks>(context);
}

bool background_tasks::start(awaitable<> body)
{
    if (ending_) {
        return false;
    }
    // Not in finish(): there the bottom frame of the coroutine still runs.
    std::erase_if(tasks_, [](const auto& t) { return t->done; });
    auto& t = *tasks_.emplace_back(std::make_unique<task>(*this));
    ++running_;
    detail::spawn<&on_done>(io_, std::move(body), t.signal, t);
    return true;
}

void background_tasks::on_done(detail::spawned_coroutine& coroutine, std::exception_ptr error)
{
    auto& t = static_cast<task&>(coroutine);
    t.owner.finish(t, error);
}

void background_tasks::finish(task& t, const std::exception_ptr& error)
{
    t.done = true;
    --running_;
    if (error && on_failed && !(ending_ && detail::is_aborted(error))) {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& e) {
            on_failed(e.what());
        } catch (...) {
            on_failed("something that is not a std::exception");
        }
    }
    check_ended();
}

void background_tasks::cancel()
{
    ending_ = true; // so none is added meanwhile
    auto& timers = timer_service::of(io_);
    for (const auto& t : tasks_) {
        if (!t->done) {
            detail::cancel(timers, t->signal, *t);
        }
    }
    check_ended();
}

void background_tasks::check_ended()
{
    if (ending_ && running_ == 0 && on_ended) {
        asio::post(io_, std::exchange(on_ended, nullptr));
    }
}

// Coroutines that are still there are destroyed by whom they wait for, before this object is.
void background_tasks::shutdown() noexcept
{
    ending_ = true;
    on_ended = nullptr;
    on_failed = nullptr;
}

bool spawn(const executor& worker, awaitable<> task)
{
    return background_tasks::of(worker.context()).start(std::move(task));
}

} // namespace rill
