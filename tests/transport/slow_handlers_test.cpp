#include "transport/slow_handlers.hpp"

#include <boost/test/unit_test.hpp>
#include <thread>

BOOST_AUTO_TEST_SUITE(slow_handlers_test)

namespace {

using namespace std::chrono_literals;
using rill::transport::slow_handlers;

struct looking
{
    boost::asio::io_context io{1};
    std::string told;
    slow_handlers slow{io, [this](std::string_view who, std::chrono::milliseconds blocked) {
                           BOOST_TEST(blocked.count() >= slow_handlers::limit.count());
                           told.append(who).append("\n");
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

BOOST_AUTO_TEST_CASE(who_blocks_is_named_once)
{
    looking l;
    for (int i = 0; i < 2; ++i) {
        l.slow.begins("a handler of ", "/slow");
        block();
        l.turn();
    }
    BOOST_TEST(l.told == "a handler of /slow\n");
}

BOOST_AUTO_TEST_CASE(of_several_in_one_turn_it_is_the_one_that_blocks)
{
    looking l;
    l.slow.begins("a handler of ", "/first");
    l.slow.begins("a handler of ", "/second");
    block();
    l.slow.begins("a handler of ", "/third");
    l.turn();
    BOOST_TEST(l.told == "a handler of /second\n");
}

// Time that passes between two turns is nobody's.
BOOST_AUTO_TEST_CASE(who_waits_does_not_block)
{
    looking l;
    l.slow.begins("a handler of ", "/waits");
    l.turn();
    block();
    l.turn();
    l.slow.begins("a handler of ", "/other");
    l.turn();
    BOOST_TEST(l.told == "");
}

BOOST_AUTO_TEST_SUITE_END()
