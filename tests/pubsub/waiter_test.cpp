#include "pubsub/waiter.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <rill/core/as_expected.hpp>
#include <rill/core/interval.hpp>

#include "stage.hpp"

using namespace rill_test;
using namespace std::chrono_literals;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(waiter_test)

BOOST_AUTO_TEST_CASE(a_loop_that_ignores_the_end_ends)
{
    manual_loop loop;
    auto c = counted({.on_unknown_id = pubsub::unknown_id::reject});
    manual_loop::outcome end;
    int turns = 0;
    loop.start(
        [](pubsub::subscription s, int& count) -> rill::awaitable<> {
            while (const auto e = co_await s.next(rill::as_expected)) {
                ++count;
            }
            for (int i = 0; i < 100'000; ++i) { // the loop ignores all errors, and must not grow the stack
                static_cast<void>(co_await s.next(rill::as_expected));
            }
        }(c.subscribe("nonsense"), turns),
        end);
    loop.turn();
    BOOST_TEST(end.done);
    BOOST_TEST(!end.error);
    BOOST_TEST(turns == 1);
}

BOOST_AUTO_TEST_CASE(a_wait_is_cancelled)
{
    using namespace boost::asio::experimental::awaitable_operators;
    manual_loop loop;
    auto c = counted();
    manual_loop::outcome end;
    std::string got;
    loop.start(
        [](pubsub::subscription s, std::string& text) -> rill::awaitable<> {
            const auto first = co_await (s.next(boost::asio::use_awaitable) || rill::sleep_for(10ms));
            text += first.index() == 1 ? "time " : "event ";
            const auto next = co_await s.next(); // the cancellation loses no event
            text += next.id();
        }(c.subscribe(), got),
        end);
    loop.pass(11ms);
    loop.turn();
    BOOST_TEST(got == "time ");
    publish(c, 1);
    loop.turn();
    BOOST_TEST(got == "time 1");
    BOOST_TEST(end.done);
}

BOOST_AUTO_TEST_CASE(cancelled_with_as_expected)
{
    manual_loop loop;
    auto c = counted();
    rill::error_code ec;
    boost::asio::cancellation_signal cancel;
    bool done = false;
    boost::asio::co_spawn(
        loop.context.get_executor(),
        [](pubsub::subscription s, rill::error_code& result) -> rill::awaitable<> {
            const auto e = co_await s.next(rill::as_expected);
            result = e ? rill::error_code() : e.error();
        }(c.subscribe(), ec),
        boost::asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr) { done = true; }));
    loop.turn();
    cancel.emit(boost::asio::cancellation_type::terminal);
    BOOST_TEST(!done); // completes from the event loop only
    loop.turn();
    BOOST_TEST(done);
    BOOST_TEST((ec == boost::asio::error::operation_aborted));
}

// A cancellation after the completion must not end the next wait.
BOOST_AUTO_TEST_CASE(a_late_cancellation_does_not_end_the_next_wait)
{
    manual_loop loop;
    auto c = counted();
    auto s = c.subscribe();
    std::vector<boost::asio::cancellation_signal> cancel(2);
    std::string got;
    const auto wait = [&](std::size_t number) {
        s.next(boost::asio::bind_cancellation_slot(
            cancel[number].slot(), boost::asio::bind_executor(loop.context.get_executor(),
                                                              [&](rill::error_code ec, const pubsub::encoded_event& e) {
                                                                  got += ec ? "aborted " : std::string(e.id()) + " ";
                                                              })));
    };
    wait(0);
    publish(c, 1);
    loop.turn();
    wait(1);
    cancel[0].emit(boost::asio::cancellation_type::terminal);
    loop.turn();
    BOOST_TEST(got == "1 ");
    publish(c, 1);
    loop.turn();
    BOOST_TEST(got == "1 2 ");
}

BOOST_AUTO_TEST_CASE(two_waits_at_once_are_refused)
{
    manual_loop loop;
    auto c = counted();
    auto s = c.subscribe();
    std::vector<rill::error_code> results;
    const auto wait = [&] {
        s.next(boost::asio::bind_executor(
            loop.context.get_executor(),
            [&](rill::error_code ec, const pubsub::encoded_event&) { results.push_back(ec); }));
    };
    wait();
    wait();
    BOOST_TEST(results.empty());
    loop.turn();
    BOOST_TEST((results == std::vector<rill::error_code>{boost::asio::error::in_progress}));
    publish(c, 1);
    loop.turn();
    BOOST_TEST(results.size() == 2U);
    BOOST_TEST(!results.back());
}

BOOST_AUTO_TEST_SUITE_END()
