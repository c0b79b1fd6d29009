#include <boost/test/unit_test.hpp>
#include <harness/scenarios/ramp_watch.hpp>

using bench::ramp_watch;
using verdict = ramp_watch::verdict;

BOOST_AUTO_TEST_SUITE(ramp_watch_test)

namespace {

/// Passes one sample per second to a watch.
struct ramp
{
    explicit ramp(double per_second, double max_seconds = 0) : watch({per_second, max_seconds, 0.95, 10}) {}

    verdict pass(int seconds, std::uint64_t per_second, double busy)
    {
        auto last = verdict::open;
        for (int i = 0; i < seconds; ++i) {
            now += 1;
            answered += per_second;
            last = watch.add({now, answered, busy});
        }
        return last;
    }

    ramp_watch watch;
    double now = 0;
    std::uint64_t answered = 0;
};

} // namespace

BOOST_AUTO_TEST_CASE(a_ramp_as_planned_stays_open)
{
    ramp r(1000);
    BOOST_TEST((r.pass(100, 1000, 1.0) == verdict::open));
    BOOST_TEST(r.watch.is_busy());
    BOOST_TEST(r.watch.per_second() == 1000);
    BOOST_TEST(r.watch.expected_per_second() == 1000);
}

BOOST_AUTO_TEST_CASE(a_slow_ramp_is_limited_only_if_the_cpu_is_fully_used)
{
    ramp idle(1000);
    BOOST_TEST((idle.pass(100, 10, 0.5) == verdict::open));
    ramp busy(1000);
    BOOST_TEST((busy.pass(9, 400, 1.0) == verdict::open)); // too short to decide
    BOOST_TEST((busy.pass(1, 400, 1.0) == verdict::limited));
    BOOST_TEST((busy.pass(100, 400, 1.0) == verdict::limited)); // it still makes progress
    BOOST_TEST((busy.pass(10, 600, 1.0) == verdict::open));
}

BOOST_AUTO_TEST_CASE(a_ramp_that_stalls_ends)
{
    ramp r(13'000);
    BOOST_TEST((r.pass(60, 13'000, 0.98) == verdict::open));
    BOOST_TEST((r.pass(9, 100, 1.0) == verdict::limited)); // the window still contains a good second
    BOOST_TEST((r.pass(1, 100, 1.0) == verdict::stalled));
    BOOST_TEST((r.pass(50, 13'000, 0.1) == verdict::stalled)); // final
}

BOOST_AUTO_TEST_CASE(without_a_plan_the_best_rate_is_expected)
{
    ramp r(0);
    BOOST_TEST((r.pass(20, 5000, 1.0) == verdict::open));
    BOOST_TEST(r.watch.expected_per_second() == 5000);
    BOOST_TEST((r.pass(10, 2000, 1.0) == verdict::limited));
    BOOST_TEST((r.pass(10, 200, 1.0) == verdict::stalled));
}

BOOST_AUTO_TEST_CASE(a_ramp_ends_after_its_maximum_time)
{
    ramp r(1000, 30);
    BOOST_TEST((r.pass(29, 700, 0.2) == verdict::open));
    BOOST_TEST((r.pass(1, 700, 0.2) == verdict::expired));
    BOOST_TEST(!r.watch.is_busy());
    ramp busy(1000, 5); // shorter than the window
    BOOST_TEST((busy.pass(5, 700, 1.0) == verdict::expired));
    BOOST_TEST(busy.watch.is_busy());
}

BOOST_AUTO_TEST_CASE(with_a_limit_of_100_percent_the_cpu_never_limits)
{
    ramp_watch watch({1000, 30, 1.0, 10});
    BOOST_TEST((watch.add({20, 0, 1.0}) == verdict::open));
    BOOST_TEST((watch.add({30, 0, 1.0}) == verdict::expired));
    BOOST_TEST(!watch.is_busy());
}

BOOST_AUTO_TEST_CASE(the_share_of_the_cpu_is_weighted_with_time)
{
    ramp_watch watch({100, 0, 0.95, 10});
    watch.add({1, 0, 0.0});
    watch.add({10, 0, 1.0});
    BOOST_TEST(watch.busy() == 0.9, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_SUITE_END()
