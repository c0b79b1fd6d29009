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

    /// Adds an event that arrives when it is created. Returns the lateness of the missed ticks that it reveals, "x" if
    /// it has no tick, and its own lateness.
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

BOOST_AUTO_TEST_CASE(the_first_event_may_arrive_at_once)
{
    BOOST_TEST(at(5) == "0");
    BOOST_TEST(at(1005) == "0");
    BOOST_TEST(at(2005) == "0");
    BOOST_TEST(ticks.due() == 3005);
}

BOOST_AUTO_TEST_CASE(the_second_event_may_arrive_with_the_next_common_tick)
{
    BOOST_TEST(at(5) == "0");
    BOOST_TEST(at(300) == "0");
    BOOST_TEST(at(1300) == "0");
    BOOST_TEST(at(2310) == "10");
}

BOOST_AUTO_TEST_CASE(the_transfer_time_counts_as_lateness)
{
    BOOST_TEST(at(5, 25) == "20");
    BOOST_TEST(at(1005, 1105) == "100");
    BOOST_TEST(at(2010, 2110) == "105");
}

BOOST_AUTO_TEST_CASE(a_late_timestamp_is_late_even_if_it_arrives_at_once)
{
    at(0);
    at(1000);
    BOOST_TEST(at(2400) == "400");
    BOOST_TEST(at(3000) == "0"); // the schedule continues
}

BOOST_AUTO_TEST_CASE(a_late_second_event_does_not_shift_the_schedule)
{
    at(0);
    BOOST_TEST(at(1400) == "400"); // the second event is late
    BOOST_TEST(at(2000) == "0");
    BOOST_TEST(at(3100) == "100");
}

BOOST_AUTO_TEST_CASE(an_early_event_shifts_the_schedule_permanently)
{
    at(0);
    at(900);
    at(1900);
    BOOST_TEST(at(2800) == "0"); // 100 before its tick
    BOOST_TEST(at(3900) == "100");
}

BOOST_AUTO_TEST_CASE(a_missing_first_event_counts_as_lateness)
{
    BOOST_TEST(at(1700) == "700");
    BOOST_TEST(closed(900, 900) == "");
}

BOOST_AUTO_TEST_CASE(a_burst_after_a_stall_misses_no_tick)
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

BOOST_AUTO_TEST_CASE(skipped_ticks_are_missed_and_their_lateness_counts)
{
    at(0);
    at(1000);
    BOOST_TEST(at(5400) == "3400"); // counts for the tick at 2000
    BOOST_TEST(at(6000) == "-2400 -1400 -400 0");
    BOOST_TEST(at(7000) == "0");
}

BOOST_AUTO_TEST_CASE(a_dropped_event_is_one_missed_tick)
{
    at(0);
    at(1000);
    BOOST_TEST(at(3000) == "1000");
    BOOST_TEST(at(4000) == "-0 0");
    BOOST_TEST(at(5000) == "0");
}

BOOST_AUTO_TEST_CASE(a_dropped_event_is_found_with_irregular_ticks)
{
    at(0);
    at(1000);
    BOOST_TEST(at(2998) == "998"); // just before the tick at 3000
    BOOST_TEST(at(4003) == "-0 3");
}

BOOST_AUTO_TEST_CASE(a_server_that_is_too_slow_misses_ticks)
{
    at(0);
    at(1000);
    BOOST_TEST(at(2400) == "400");
    BOOST_TEST(at(3800) == "800");
    BOOST_TEST(at(5200) == "1200");
    BOOST_TEST(at(6600) == "-200 600"); // the tick at 5000 is missed
}

BOOST_AUTO_TEST_CASE(a_server_that_shifts_its_schedule_remains_late)
{
    at(0);
    at(1000);
    at(2300);
    BOOST_TEST(at(3300) == "300");
    BOOST_TEST(at(4300) == "300");
}

BOOST_AUTO_TEST_CASE(an_event_without_a_tick_is_extra)
{
    at(0);
    at(1000);
    BOOST_TEST(at(1100, 1107) == "x7");
    BOOST_TEST(at(2000) == "0");
}

BOOST_AUTO_TEST_CASE(at_the_end_due_ticks_are_missed)
{
    at(0);
    at(1000);
    BOOST_TEST(closed(1999, 2400) == "");
    BOOST_TEST(closed(4100, 4600) == "-2600 -1600 -600 ");
    BOOST_TEST(closed(4100, 4600) == ""); // each missed tick is reported once
    BOOST_TEST(text(ticks.open_ticks(5200, 5200, period)) == "-200 ");
    BOOST_TEST(text(ticks.open_ticks(5200, 5200, period)) == "-200 ");
    BOOST_TEST(at(5000) == "0");
}

BOOST_AUTO_TEST_CASE(at_the_end_a_dropped_event_is_one_missed_tick)
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
