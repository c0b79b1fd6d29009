#include "transport/accept_pauses.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(accept_pauses_test)

namespace {

using namespace std::chrono_literals;

struct pause : rill::timer_node
{
    int ended = 0;

    pause()
    {
        static constexpr rill::timer_operations kind{
            [](rill::timer_node& node, rill::error_code ec) { static_cast<pause&>(node).ended += ec ? 0 : 1; }};
        operations = &kind;
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(end_stops_only_running_pauses)
{
    boost::asio::io_context io(1);
    auto& timers = rill::timer_service::of(io);
    timers.use_manual_clock();
    rill::transport::accept_pauses pauses(timers);
    pause one;
    pause two;
    pauses.add(one);
    pauses.add(two);
    timers.add(one, timers.now() + 1h);
    pauses.end_all();
    BOOST_TEST(one.ended == 0); // the descriptor becomes free after the call
    timers.advance(1ms);
    BOOST_TEST(one.ended == 1);
    BOOST_TEST(two.ended == 0);
    timers.add(two, timers.now() + 1h);
    pauses.remove(two);
    pauses.end_all();
    timers.advance(1min);
    BOOST_TEST(two.ended == 0);
    timers.remove(two);
}

BOOST_AUTO_TEST_SUITE_END()
