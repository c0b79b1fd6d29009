#include "transport/drain_schedule.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(drain_schedule_test)

using namespace std::chrono_literals;
using rill::transport::drain_schedule;

BOOST_AUTO_TEST_CASE(many_streams_end_evenly_over_the_window)
{
    const drain_schedule s(20'000, 5s);
    BOOST_TEST((s.window() == 5s));
    BOOST_TEST(s.due(-1ms) == 1);
    BOOST_TEST(s.due(0ms) == 1);
    for (auto t = 1; t < 5000; ++t) {
        BOOST_TEST(s.due(std::chrono::milliseconds(t)) == 4U * static_cast<unsigned>(t) + 1);
    }
    BOOST_TEST(s.due(5s) == 20'000);
    BOOST_TEST(s.due(1h) == 20'000);
}

BOOST_AUTO_TEST_CASE(a_few_streams_do_not_wait_for_the_window)
{
    const drain_schedule s(3, 5s);
    BOOST_TEST((s.window() == 3ms));
    BOOST_TEST(s.due(0ms) == 1);
    BOOST_TEST(s.due(1ms) == 2);
    BOOST_TEST(s.due(3ms) == 3);
}

BOOST_AUTO_TEST_CASE(without_a_window_all_streams_end_at_once)
{
    for (const auto window : {0ms, -5ms}) {
        const drain_schedule s(1000, window);
        BOOST_TEST(s.due(0ms) == 1000);
    }
    BOOST_TEST(drain_schedule().due(0ms) == 0);
    BOOST_TEST(drain_schedule(0, 1s).due(0ms) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
