#pragma once

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <rill/core/awaitable.hpp>
#include <rill/core/timer_service.hpp>
#include <utility>

namespace rill_test {

/// An event loop with a manual clock that the test runs step by step.
struct manual_loop
{
    boost::asio::io_context context{1};
    rill::timer_service& timers = rill::timer_service::of(context);

    manual_loop() { timers.use_manual_clock(); }

    /// Runs the handlers that are ready.
    void turn()
    {
        context.restart();
        context.poll();
    }

    /// Moves the clock in steps of 1 ms, and runs the ready handlers after each step.
    void pass(std::chrono::milliseconds time)
    {
        for (; time.count() > 0; --time) {
            timers.advance(std::chrono::milliseconds(1));
            turn();
        }
    }

    /// Whether and how a coroutine has ended.
    struct outcome
    {
        bool done = false;
        std::exception_ptr error;
    };

    struct noting
    {
        outcome& result;
        void operator()(std::exception_ptr error) const { result = {.done = true, .error = std::move(error)}; }
    };

    void start(rill::awaitable<> body, outcome& result)
    {
        boost::asio::co_spawn(context.get_executor(), std::move(body), noting{result});
        turn();
    }

    /// The same as start(), with a signal that cancels the coroutine.
    void start(rill::awaitable<> body, outcome& result, boost::asio::cancellation_signal& cancel)
    {
        boost::asio::co_spawn(context.get_executor(), std::move(body),
                              boost::asio::bind_cancellation_slot(cancel.slot(), noting{result}));
        turn();
    }
};

} // namespace rill_test
