#include "transport/slow_handlers.hpp"

#include <boost/test/unit_test.hpp>
#include <rill/core/awaitable.hpp>
#include <thread>

BOOST_AUTO_TEST_SUITE(slow_handlers_test)

namespace {

using namespace std::chrono_literals;
using rill::transport::slow_handlers;

struct looking
{
    boost::asio::io_context io{1};
    std::string reported;
    slow_handlers slow{io, [this](std::string_view handler, std::chrono::milliseconds blocked) {
                           BOOST_TEST(blocked.count() >= slow_handlers::limit.count());
                           reported.append(handler).append("\n");
                       }};

    void turn()
    {
        io.restart();
        io.poll();
    }
};

void block()
{
    std::this_thread::sleep_for(slow_handlers::limit + 50ms);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_handler_that_blocks_is_reported_once)
{
    looking l;
    for (int i = 0; i < 2; ++i) {
        l.slow.begin("a handler of ", "/slow");
        block();
        l.turn();
    }
    BOOST_TEST(l.reported == "a handler of /slow\n");
}

BOOST_AUTO_TEST_CASE(of_several_handlers_in_one_turn_the_blocking_one_is_reported)
{
    looking l;
    l.slow.begin("a handler of ", "/first");
    l.slow.begin("a handler of ", "/second");
    block();
    l.slow.begin("a handler of ", "/third");
    l.turn();
    BOOST_TEST(l.reported == "a handler of /second\n");
}

// The time between two turns does not count for any handler.
BOOST_AUTO_TEST_CASE(a_handler_that_waits_does_not_block)
{
    looking l;
    l.slow.begin("a handler of ", "/waits");
    l.turn();
    block();
    l.turn();
    l.slow.begin("a handler of ", "/other");
    l.turn();
    BOOST_TEST(l.reported == "");
}

BOOST_AUTO_TEST_SUITE_END()
