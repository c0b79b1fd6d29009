#include "server/serving/background_tasks.hpp"

#include <boost/asio/post.hpp>
#include <rill/core/detail/context_of.hpp>
#include <rill/server/background.hpp>
#include <utility>

#include "core/exception_message.hpp"
#include "core/is_aborted.hpp"

namespace rill {

asio::execution_context::id background_tasks::id;

background_tasks::background_tasks(asio::execution_context& context)
    : asio::execution_context::service(context), io_(static_cast<asio::io_context&>(context)),
      tasks_(this, [](void* self, bool cancelled, const std::exception_ptr& error) {
          static_cast<background_tasks*>(self)->finish(cancelled, error);
      })
{}

background_tasks::~background_tasks() = default;

background_tasks& background_tasks::of(asio::io_context& context)
{
    return asio::use_service<background_tasks>(context);
}

bool background_tasks::start(awaitable<> body)
{
    if (cancelled_) {
        if (on_rejected) {
            on_rejected();
        }
        return false;
    }
    tasks_.start(io_, std::move(body));
    return true;
}

void background_tasks::finish(bool cancelled, const std::exception_ptr& error)
{
    if (error && !(cancelled && detail::is_aborted(error))) {
        if (on_failed) {
            on_failed(detail::exception_message(error));
        } else { // the context belongs to no worker, for example in a test
            asio::post(io_, [error] { std::rethrow_exception(error); });
        }
    }
    check_ended();
}

void background_tasks::cancel()
{
    cancelled_ = true; // set first, so that a coroutine that unwinds cannot start another one
    tasks_.cancel();
    check_ended();
}

void background_tasks::check_ended()
{
    if (cancelled_ && running() == 0 && on_ended) {
        asio::post(io_, std::exchange(on_ended, nullptr));
    }
}

// Each coroutine is destroyed with the operation that it waits for, before this object is destroyed.
void background_tasks::shutdown() noexcept
{
    cancelled_ = true;
    on_ended = nullptr;
    on_failed = nullptr;
    on_rejected = nullptr;
}

bool spawn(const executor& worker, awaitable<> task)
{
    return background_tasks::of(detail::context_of(worker)).start(std::move(task));
}

} // namespace rill
