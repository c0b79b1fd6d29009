#include <boost/test/unit_test.hpp>
#include <harness/scenarios/rate_sweep.hpp>
#include <memory>
#include <sstream>

using bench::rate_sweep;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(rate_sweep_test)

namespace {

/// Returns the rates that the sweep tries if the server holds rates up to `limit`.
std::string tried(rate_sweep& sweep, double limit)
{
    std::string rates;
    for (int i = 0; i < 1000; ++i) {
        const auto next = sweep.next();
        if (!next) {
            return rates;
        }
        std::ostringstream number;
        number << *next;
        rates += (rates.empty() ? "" : " ") + number.str();
        sweep.record(*next <= limit);
    }
    return "no end";
}

/// Ten streams, measured for one second.
struct fixture
{
    std::unique_ptr<bench::hold_figures> figures = std::make_unique<bench::hold_figures>();

    fixture()
    {
        figures->totals.live = 10;
        figures->measured.seconds = 1;
        events(100, 5ms);
    }
    void events(int count, std::chrono::nanoseconds late)
    {
        for (int i = 0; i < count; ++i) {
            figures->measured.window.lateness.add(late.count());
        }
        figures->measured.window.events += static_cast<unsigned>(count);
    }
    std::string broken(double rate = 10) const { return bench::why_broken(*figures, rate, 100ms); }
};

} // namespace

BOOST_AUTO_TEST_CASE(rates_rise_until_one_fails)
{
    rate_sweep sweep(1, 1.5, 100, 50);
    BOOST_TEST(tried(sweep, 6) == "1 1.5 2.25 3.38 5.07 7.61");
    BOOST_TEST(sweep.highest_held() == 5.07);
    BOOST_TEST(sweep.broken().value() == 7.61);
    sweep.record(true); // the sweep has already ended
    BOOST_TEST(sweep.highest_held() == 5.07);
}

BOOST_AUTO_TEST_CASE(the_sweep_ends_at_the_maximum_rate)
{
    rate_sweep sweep(100, 2, 300, 50);
    BOOST_TEST(tried(sweep, 1e9) == "100 200 300");
    BOOST_TEST(sweep.highest_held() == 300);
    BOOST_TEST(!sweep.broken().has_value());
    rate_sweep one(100, 2, 50, 50);
    BOOST_TEST(tried(one, 1e9) == "50");
}

BOOST_AUTO_TEST_CASE(the_sweep_ends_after_the_maximum_number_of_steps)
{
    rate_sweep sweep(1, 10, 1e6, 3);
    BOOST_TEST(tried(sweep, 1e9) == "1 10 100");
    BOOST_TEST(!sweep.broken().has_value());
}

BOOST_AUTO_TEST_CASE(the_sweep_ends_if_the_first_rate_fails)
{
    rate_sweep sweep(1, 1.5, 100, 50);
    BOOST_TEST(tried(sweep, 0) == "1");
    BOOST_TEST(sweep.highest_held() == 0);
    BOOST_TEST(sweep.broken().value() == 1);
}

BOOST_AUTO_TEST_CASE(a_small_factor_makes_progress)
{
    rate_sweep sweep(1, 1.001, 1.01, 50);
    BOOST_TEST(tried(sweep, 1e9).ends_with(" 1.01"));
    BOOST_TEST(sweep.highest_held() == 1.01);
}

BOOST_FIXTURE_TEST_CASE(a_rate_without_faults_holds, fixture)
{
    BOOST_TEST(broken() == "");
    BOOST_TEST(bench::rate_table_line(*figures, 10, broken()).ends_with("  held"));
    BOOST_TEST(bench::rate_point(*figures, 10, "").at("held") == true);
    BOOST_TEST(bench::rate_point(*figures, 10, "").at("due_events_per_s").to_number<double>() == 100);
    BOOST_TEST(bench::rate_point(*figures, 10, "").at("server_cores").is_null());
}

BOOST_FIXTURE_TEST_CASE(two_late_events_of_a_hundred_fail_the_rate, fixture)
{
    figures->measured.window = {};
    events(98, 5ms);
    events(2, 150ms);
    BOOST_TEST(broken() == "p99 of the lateness is 150ms, above 100ms");
    BOOST_TEST(bench::rate_table_line(*figures, 10, broken()).ends_with("  broke: " + broken()));
    BOOST_TEST(bench::rate_point(*figures, 10, broken()).at("held") == false);
}

BOOST_FIXTURE_TEST_CASE(one_late_event_of_a_hundred_does_not_fail_the_rate, fixture)
{
    figures->measured.window = {};
    events(99, 5ms);
    events(1, 150ms);
    BOOST_TEST(broken() == "");
}

BOOST_FIXTURE_TEST_CASE(missing_events_fail_the_rate, fixture)
{
    BOOST_TEST(broken(11.2) == ""); // one event per stream may be just outside the measurement
    BOOST_TEST(broken(12) == "of 120 events per second 100 arrived");
}

BOOST_FIXTURE_TEST_CASE(faults_fail_the_rate, fixture)
{
    figures->totals.lost = 1;
    figures->totals.failed[static_cast<std::size_t>(bench::failure::ended)] = 2;
    BOOST_TEST(broken() == "2 streams failed (2 ended); 1 events lost");
    figures->totals = {.live = 10};
    figures->totals.misdirected = 3;
    BOOST_TEST(broken() == "3 events of another topic");
}

BOOST_FIXTURE_TEST_CASE(a_client_at_its_limit_fails_the_rate, fixture)
{
    figures->measured.busiest_client = 0.99;
    BOOST_TEST(broken().find("the client is the bottleneck") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
