#include <boost/test/unit_test.hpp>
#include <harness/client/event_schedule.hpp>
#include <string>
#include <vector>

using bench::event_schedule;

namespace event_schedule_test {

namespace {

constexpr std::int64_t period = 1000;

/// A stream whose response head arrived at time 0. The period is 1000.
struct fixture
{
    fixture() { ticks.begin(0, period); }

    /// An event that arrives when it is created. Returns its lateness, "x" if it has no tick, and the lateness of the
    /// missed ticks that it reveals.
    std::string at(std::int64_t made) { return at(made, made); }
    std::string at(std::int64_t made, std::int64_t arrived)
    {
        const auto found = ticks.event(made, arrived, period);
        return text(found.missed) + (found.is_extra ? "x" : "") + std::to_string(found.lateness);
    }
    std::string closed(std::int64_t limit, std::int64_t now) { return text(ticks.close_ticks(limit, now, period)); }

    static std::string text(const event_schedule::missed_ticks& missed)
    {
        std::string result;
        for (std::uint32_t i = 0; i < missed.count; ++i) {
            result += "-" + std::to_string(missed.lateness(i, period)) + " ";
        }
        return result;
    }

    event_schedule ticks;
};

} // namespace

} // namespace event_schedule_test

BOOST_FIXTURE_TEST_SUITE(event_schedule_test, event_schedule_test::fixture)

BOOST_AUTO_TEST_CASE(the_first_event_may_come_at_once)
{
    BOOST_TEST(at(5) == "0");
    BOOST_TEST(at(1005) == "0");
    BOOST_TEST(at(2005) == "0");
    BOOST_TEST(ticks.due() == 3005);
}

BOOST_AUTO_TEST_CASE(the_second_may_come_with_the_next_common_tick)
{
    BOOST_TEST(at(5) == "0");
    BOOST_TEST(at(300) == "0");
    BOOST_TEST(at(1300) == "0");
    BOOST_TEST(at(2310) == "10");
}

BOOST_AUTO_TEST_CASE(the_way_counts)
{
    BOOST_TEST(at(5, 25) == "20");
    BOOST_TEST(at(1005, 1105) == "100");
    BOOST_TEST(at(2010, 2110) == "105");
}

BOOST_AUTO_TEST_CASE(a_late_stamp_is_late_however_soon_it_arrives)
{
    at(0);
    at(1000);
    BOOST_TEST(at(2400) == "400");
    BOOST_TEST(at(3000) == "0"); // the schedule continues
}

BOOST_AUTO_TEST_CASE(a_late_first_phase_does_not_flatter)
{
    at(0);
    BOOST_TEST(at(1400) == "400"); // the second event is late
    BOOST_TEST(at(2000) == "0");
    BOOST_TEST(at(3100) == "100");
}

BOOST_AUTO_TEST_CASE(an_earlier_event_shifts_the_beat_for_good)
{
    at(0);
    at(900);
    at(1900);
    BOOST_TEST(at(2800) == "0"); // 100 early
    BOOST_TEST(at(3900) == "100");
}

BOOST_AUTO_TEST_CASE(a_first_event_that_does_not_come)
{
    BOOST_TEST(at(1700) == "700");
    BOOST_TEST(closed(900, 900) == "");
}

BOOST_AUTO_TEST_CASE(a_burst_after_a_stall_makes_up_for_it)
{
    at(0);
    at(1000);
    BOOST_TEST(at(5400) == "3400");
    BOOST_TEST(at(5400) == "2400");
    BOOST_TEST(at(5401) == "1401");
    BOOST_TEST(at(5402) == "402");
    BOOST_TEST(at(6000) == "0");
    BOOST_TEST(closed(6000, 6400) == "");
}

BOOST_AUTO_TEST_CASE(skipped_beats_are_missed_and_their_time_counts)
{
    at(0);
    at(1000);
    BOOST_TEST(at(5400) == "3400"); // stands for the tick of 2000
    BOOST_TEST(at(6000) == "-2400 -1400 -400 0");
    BOOST_TEST(at(7000) == "0");
}

BOOST_AUTO_TEST_CASE(one_event_that_was_dropped)
{
    at(0);
    at(1000);
    BOOST_TEST(at(3000) == "1000");
    BOOST_TEST(at(4000) == "-0 0");
    BOOST_TEST(at(5000) == "0");
}

BOOST_AUTO_TEST_CASE(a_drop_is_found_when_beats_vary)
{
    at(0);
    at(1000);
    BOOST_TEST(at(2998) == "998"); // a little early for the tick of 3000
    BOOST_TEST(at(4003) == "-0 3");
}

BOOST_AUTO_TEST_CASE(a_server_that_is_too_slow_misses_beats)
{
    at(0);
    at(1000);
    BOOST_TEST(at(2400) == "400");
    BOOST_TEST(at(3800) == "800");
    BOOST_TEST(at(5200) == "1200");
    BOOST_TEST(at(6600) == "-200 600"); // that of 5000
}

BOOST_AUTO_TEST_CASE(a_server_that_shifts_its_beat_stays_late)
{
    at(0);
    at(1000);
    at(2300);
    BOOST_TEST(at(3300) == "300");
    BOOST_TEST(at(4300) == "300");
}

BOOST_AUTO_TEST_CASE(what_no_beat_called_for)
{
    at(0);
    at(1000);
    BOOST_TEST(at(1100, 1107) == "x7");
    BOOST_TEST(at(2000) == "0");
}

BOOST_AUTO_TEST_CASE(at_the_end_what_is_due_and_did_not_come)
{
    at(0);
    at(1000);
    BOOST_TEST(closed(1999, 2400) == "");
    BOOST_TEST(closed(4100, 4600) == "-2600 -1600 -600 ");
    BOOST_TEST(closed(4100, 4600) == ""); // said once
    BOOST_TEST(text(ticks.open_ticks(5200, 5200, period)) == "-200 ");
    BOOST_TEST(text(ticks.open_ticks(5200, 5200, period)) == "-200 ");
    BOOST_TEST(at(5000) == "0");
}

BOOST_AUTO_TEST_CASE(at_the_end_a_drop_that_nothing_followed)
{
    at(0);
    at(1000);
    BOOST_TEST(at(3000) == "1000");
    BOOST_TEST(closed(3400, 3900) == "-0 ");
}

BOOST_AUTO_TEST_CASE(a_long_run_without_drift)
{
    std::int64_t worst = 0;
    for (std::int64_t i = 0; i < 100'000; ++i) {
        const auto found = ticks.event(i * period + i % 7, i * period + i % 7 + 3, period);
        worst = std::max(worst, found.lateness);
        BOOST_REQUIRE(found.missed.count == 0U);
        BOOST_REQUIRE(!found.is_extra);
    }
    BOOST_TEST(worst == 9);
}

BOOST_AUTO_TEST_SUITE_END()
