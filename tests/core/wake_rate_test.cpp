#include "core/wake_rate.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using rill::detail::wake_rate;

BOOST_AUTO_TEST_SUITE(wake_rate_test)

namespace {

struct stage
{
    wake_rate rate;
    wake_rate::clock::time_point now{1h};

    explicit stage(wake_rate::clock::duration window = 4ms) { rate.set_window(window); }

    bool wake_after(wake_rate::clock::duration gap) { return rate.on_wake(now += gap); }

    /// Returns the number of wake-ups with this gap before the next messages should wait, or `most`.
    int wakes_until_wait(wake_rate::clock::duration gap, int most)
    {
        for (int i = 1; i < most; ++i) {
            if (wake_after(gap)) {
                return i;
            }
        }
        return most;
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(frequent_messages_wait_after_sixteen_wakes)
{
    stage s;
    BOOST_TEST(!s.wake_after(1h));
    BOOST_TEST(s.wakes_until_wait(1ms, 100) == 16);
    BOOST_TEST(s.wake_after(1ms));
}

BOOST_AUTO_TEST_CASE(messages_at_two_per_window_or_fewer_never_wait)
{
    stage s;
    BOOST_TEST(s.wakes_until_wait(2ms, 1000) == 1000);
    BOOST_TEST(s.wakes_until_wait(1s, 1000) == 1000);
}

BOOST_AUTO_TEST_CASE(short_bursts_never_wait)
{
    stage s;
    for (int burst = 0; burst < 1000; ++burst) {
        BOOST_TEST_REQUIRE(!s.wake_after(10ms));
        BOOST_TEST_REQUIRE(!s.wake_after(0ms));
        BOOST_TEST_REQUIRE(!s.wake_after(0ms));
    }
}

BOOST_AUTO_TEST_CASE(some_longer_gaps_do_not_stop_the_wait)
{
    stage s;
    int wakes = 0;
    while (wakes < 200 && !s.wake_after(++wakes % 5 == 0 ? 3ms : 1ms)) {
    }
    BOOST_TEST(wakes > 16);
    BOOST_TEST(wakes < 100);
}

BOOST_AUTO_TEST_CASE(after_a_quiet_window_messages_wake_again_for_some_time)
{
    stage s;
    s.wakes_until_wait(1ms, 100);
    s.rate.on_quiet_window();
    BOOST_TEST(!s.wake_after(5ms));
    BOOST_TEST(s.wakes_until_wait(1ms, 100) == 10);
}

BOOST_AUTO_TEST_CASE(without_a_window_no_message_waits)
{
    stage s(0ms);
    BOOST_TEST(s.wakes_until_wait(0ms, 1000) == 1000);
}

BOOST_AUTO_TEST_SUITE_END()
