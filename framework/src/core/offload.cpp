#include <rill/core/offload.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/this_coro.hpp>
#include <memory>
#include <rill/core/detail/context_of.hpp>
#include <rill/core/detail/deferred.hpp>

#include "core/offload_jobs.hpp"

namespace rill::detail {

awaitable<> offloaded_call::done()
{
    const auto worker = co_await asio::this_coro::executor;
    auto& jobs = offload_jobs::of(context_of(worker));
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    const bool cancelled = cancellation.cancelled() != asio::cancellation_type::none;
    const auto job = std::make_shared<offload_job>(*this, jobs, mailbox::of(worker).get_address());
    auto initiate = [&](auto&& handler) {
        const auto slot = asio::get_associated_cancellation_slot(handler);
        job->handler.emplace(std::forward<decltype(handler)>(handler));
        if (slot.is_connected()) {
            auto connected = slot;
            connected.assign([&jobs, job](asio::cancellation_type type) { jobs.cancel(*job, type); });
        }
        if (cancelled) {
            jobs.start_abandoned(job);
        } else {
            jobs.start(job, pool_);
        }
    };
    co_await deferred_operation<void(error_code), decltype(initiate)>(initiate);
    if (const auto error = job->take_error()) {
        std::rethrow_exception(error);
    }
}

} // namespace rill::detail
