#include <boost/test/unit_test.hpp>
#include <harness/support/histogram.hpp>

using bench::histogram;

BOOST_AUTO_TEST_SUITE(histogram_test)

BOOST_AUTO_TEST_CASE(empty_has_no_quantiles)
{
    const histogram none;
    BOOST_TEST(none.count() == 0U);
    BOOST_TEST(none.max() == 0);
    BOOST_TEST(none.quantile(0.5) == 0);
}

BOOST_AUTO_TEST_CASE(small_values_are_exact)
{
    histogram times;
    for (int ns = 1; ns <= 100; ++ns) {
        times.add(ns);
    }
    BOOST_TEST(times.count() == 100U);
    BOOST_TEST(times.quantile(0) == 1);
    BOOST_TEST(times.quantile(0.01) == 1);
    BOOST_TEST(times.quantile(0.5) == 50);
    BOOST_TEST(times.quantile(1) == 100);
    BOOST_TEST(times.max() == 100);
}

BOOST_AUTO_TEST_CASE(a_quantile_is_not_below_the_value_and_at_most_a_64th_above)
{
    for (std::int64_t ns = 1; ns < INT64_MAX / 3; ns += ns / 7 + 1) {
        histogram times;
        times.add(ns);
        times.add(INT64_MAX);
        BOOST_TEST(times.quantile(0.5) >= ns);
        BOOST_TEST(times.quantile(0.5) - ns <= ns / 64);
    }
}

BOOST_AUTO_TEST_CASE(extremes_fit)
{
    histogram times;
    times.add(INT64_MAX);
    times.add(INT64_MIN);
    BOOST_TEST(times.max() == INT64_MAX);
    BOOST_TEST(times.quantile(0.5) == 0);
    BOOST_TEST(times.quantile(1) == INT64_MAX);
}

BOOST_AUTO_TEST_CASE(a_quantile_does_not_exceed_the_maximum)
{
    histogram times;
    times.add(1'000'003);
    BOOST_TEST(times.quantile(0.5) == 1'000'003);
    BOOST_TEST(times.quantile(0.999) == 1'000'003);
}

BOOST_AUTO_TEST_CASE(only_the_last_quantile_shows_two_of_a_thousand)
{
    histogram times;
    for (int i = 0; i < 998; ++i) {
        times.add(10);
    }
    times.add(5'000);
    times.add(5'000);
    BOOST_TEST(times.quantile(0.5) == 10);
    BOOST_TEST(times.quantile(0.99) == 10);
    BOOST_TEST(times.quantile(0.999) == 5'000);
}

BOOST_AUTO_TEST_CASE(the_sum_of_two_histograms_equals_one_histogram)
{
    histogram one, other, both;
    for (std::int64_t ns = 1; ns < 1'000'000'000; ns = ns * 3 / 2 + 1) {
        (ns % 2 == 0 ? one : other).add(ns);
        both.add(ns);
    }
    one.add(other);
    BOOST_TEST(one.count() == both.count());
    BOOST_TEST(one.max() == both.max());
    for (const double share : {0.0, 0.1, 0.5, 0.9, 0.99, 1.0}) {
        BOOST_TEST(one.quantile(share) == both.quantile(share));
    }
}

BOOST_AUTO_TEST_SUITE_END()
