#include <rill/core/operators.hpp>

#include <boost/test/unit_test.hpp>
#include <rill/core/interval.hpp>
#include <rill/core/shutdown_signal.hpp>
#include <string>

#include "support/manual_loop.hpp"

using namespace std::chrono_literals;
using namespace boost::asio::experimental::awaitable_operators;
using rill_test::manual_loop;

BOOST_AUTO_TEST_SUITE(operators)

BOOST_AUTO_TEST_CASE(the_first_of_two_operations)
{
    manual_loop loop;
    manual_loop::outcome end;
    std::string seen;
    auto& token = rill::shutdown_signal::of(loop.context);
    loop.start(
        [](std::string& log, rill::shutdown_signal& stopping) -> rill::awaitable<> {
            rill::interval every(10ms);
            for (;;) {
                const auto first = co_await (every.tick() || stopping.wait());
                if (first.index() == 1) {
                    break;
                }
                log += "tick ";
            }
            log += "stopped";
        }(seen, token),
        end);
    loop.pass(35ms);
    BOOST_TEST(seen == "tick tick tick "); // the cancelled waits for the shutdown do nothing
    token.request();
    loop.pass(1ms);
    BOOST_TEST(end.done);
    BOOST_TEST(!end.error);
    BOOST_TEST(seen == "tick tick tick stopped");
}

BOOST_AUTO_TEST_CASE(an_operation_and_a_coroutine)
{
    manual_loop loop;
    manual_loop::outcome left;
    manual_loop::outcome right;
    std::size_t winners[2]{9, 9};
    loop.start(
        [](std::size_t& winner) -> rill::awaitable<> {
            rill::interval every(10ms);
            winner = (co_await (every.tick() || rill::sleep_for(20ms))).index();
        }(winners[0]),
        left);
    loop.start(
        [](std::size_t& winner) -> rill::awaitable<> {
            rill::interval every(20ms);
            winner = (co_await (rill::sleep_for(10ms) || every.tick())).index();
        }(winners[1]),
        right);
    loop.pass(15ms);
    BOOST_TEST(left.done);
    BOOST_TEST(right.done);
    BOOST_TEST(winners[0] == 0U);
    BOOST_TEST(winners[1] == 0U);
}

BOOST_AUTO_TEST_CASE(both_and_with_values)
{
    manual_loop loop;
    manual_loop::outcome end;
    bool ticked = false;
    loop.start(
        [](bool& done) -> rill::awaitable<> {
            rill::interval fast(10ms);
            rill::interval slow(20ms);
            const auto first = co_await (fast.tick(rill::as_expected) && slow.tick());
            done = first.has_value();
        }(ticked),
        end);
    loop.pass(15ms);
    BOOST_TEST(!end.done);
    loop.pass(15ms);
    BOOST_TEST(end.done);
    BOOST_TEST(ticked);
}

BOOST_AUTO_TEST_SUITE_END()
