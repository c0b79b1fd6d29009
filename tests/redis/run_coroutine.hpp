#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <rill/core/awaitable.hpp>
#include <utility>

namespace rill_test {

/// Runs the event loop until the coroutine has completed. Returns its result.
template <class T>
T run_coroutine(boost::asio::io_context& context, rill::awaitable<T> coroutine)
{
    std::optional<T> result;
    std::exception_ptr thrown;
    boost::asio::co_spawn(context, std::move(coroutine), [&](std::exception_ptr failed, T value) {
        thrown = failed;
        result.emplace(std::move(value));
    });
    context.restart();
    while (!result && context.run_one() != 0) {
    }
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    return std::move(result.value());
}

} // namespace rill_test
