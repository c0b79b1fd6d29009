#include <rill/routing/middleware.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <rill/core/interval.hpp>
#include <rill/http/problem.hpp>

namespace rill {

namespace {

awaitable<> expire(std::chrono::steady_clock::duration limit)
{
    co_await sleep_for(limit);
}

// Not awaitable_operators' `||`: it waits for one *success*, so that a handler that throws would pass for one that is
// late.
awaitable<response> limited(std::chrono::steady_clock::duration limit, request& req, const handler& next)
{
    namespace this_coro = asio::this_coro;
    const auto ex = co_await this_coro::executor;
    auto group = asio::experimental::make_parallel_group(asio::co_spawn(ex, next(req), asio::deferred),
                                                         asio::co_spawn(ex, expire(limit), asio::deferred));
    auto race = group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    auto [order, handler_error, answer, timer_error] = co_await std::move(race);
    const bool expired = order[0] == 1 && !timer_error; // otherwise the timer was cancelled, like all of this
    if (expired) {
        auto late = to_response(problem{
            .status = status::service_unavailable, .detail = "the server took too long to answer", .title = {}});
        co_return late;
    }
    if (handler_error) {
        std::rethrow_exception(handler_error);
    }
    co_return std::move(answer);
}

} // namespace

middleware timeout(std::chrono::steady_clock::duration limit)
{
    return [limit](request& req, const handler& next) { return limited(limit, req, next); };
}

} // namespace rill
