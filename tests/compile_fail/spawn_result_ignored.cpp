// expect: false: the task was destroyed without having begun
#include "everything.hpp"

#include <boost/asio/this_coro.hpp>

rill::awaitable<> cleans_up();

rill::awaitable<rill::response> handles(rill::request&)
{
    const auto worker = co_await boost::asio::this_coro::executor;
#ifdef RILL_FIXED
    if (!rill::spawn(worker, cleans_up())) {
        co_return rill::response(rill::status::service_unavailable);
    }
#else
    rill::spawn(worker, cleans_up());
#endif
    co_return rill::response(rill::status::accepted);
}
