#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/system/system_error.hpp>
#include <rill/core/awaitable.hpp>
#include <rill/core/error.hpp>

namespace rill_test {

/// Runs the coroutine on the pool and returns the error that it throws. The threads exchange only the error code,
/// because ThreadSanitizer does not see the reference counts of exceptions in the standard library.
inline rill::error_code error_on(boost::asio::thread_pool& pool, rill::awaitable<> coroutine)
{
    auto caught = [](rill::awaitable<> body) -> rill::awaitable<rill::error_code> {
        rill::error_code ec;
        try {
            co_await std::move(body);
        } catch (const boost::system::system_error& e) {
            ec = e.code();
        }
        co_return ec;
    };
    return boost::asio::co_spawn(pool, caught(std::move(coroutine)), boost::asio::use_future).get();
}

} // namespace rill_test
