#include "harness/comparison/comparison_cases.hpp"

#include <boost/test/unit_test.hpp>
#include <harness/report/report_charts.hpp>

BOOST_AUTO_TEST_SUITE(report_charts_test)

BOOST_AUTO_TEST_CASE(endpoints_have_their_charts)
{
    const auto all = some_comparison();
    BOOST_TEST(bench::endpoints_of(all) == (std::vector<std::string>{"/ticks", "/broadcast"}),
               boost::test_tools::per_element());
    std::string names;
    for (const auto& chart : bench::charts_of(all, "/ticks")) {
        names += chart.name + " ";
    }
    BOOST_TEST(names == "ticks-memory ticks-events ticks-of-floor ticks-user-cpu ticks-lateness "
                        "ticks-memory-over-streams ticks-of-floor-over-streams ticks-lateness-over-streams ");
    BOOST_TEST(bench::charts_of(all, "/broadcast").size() == 5U); // a curve needs several numbers of streams
    BOOST_TEST(bench::charts_of(all, "/none").empty());
}

BOOST_AUTO_TEST_CASE(rows_show_the_highest_number_of_streams)
{
    auto all = some_comparison();
    std::swap(all.loads[0], all.loads[1]);
    const auto chart = bench::charts_of(all, "/ticks").front();
    BOOST_TEST(chart.title == "Memory per stream, 15,000 streams, lower is better");
    BOOST_TEST(chart.text.find("'702 (701 to 703)'") != std::string::npos);
    BOOST_TEST(chart.text.find("'not built'") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
