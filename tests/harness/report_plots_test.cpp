#include "comparison_cases.hpp"

#include <harness/report_plots.hpp>

#include "well_formed.hpp"

BOOST_AUTO_TEST_SUITE(report_plots_test)

BOOST_AUTO_TEST_CASE(endpoints_have_their_plots)
{
    const auto all = some_comparison();
    BOOST_TEST(bench::endpoints_of(all) == (std::vector<std::string>{"/ticks", "/broadcast"}),
               boost::test_tools::per_element());
    std::string names;
    for (const auto& plot : bench::plots_of(all, "/ticks")) {
        check_well_formed(plot.svg);
        names += plot.name + " ";
    }
    BOOST_TEST(names == "memory events of-floor user-cpu lateness memory-over-streams of-floor-over-streams "
                        "lateness-over-streams ");
    BOOST_TEST(bench::plots_of(all, "/broadcast").size() == 5U); // one number of streams makes no curve
    BOOST_TEST(bench::plots_of(all, "/none").empty());
}

BOOST_AUTO_TEST_CASE(rows_show_the_greatest_number_of_streams)
{
    auto all = some_comparison();
    std::swap(all.loads[0], all.loads[1]);
    const auto svg = bench::plots_of(all, "/ticks").front().svg;
    BOOST_TEST(svg.find(">Memory per stream, 15,000 streams<") != svg.npos);
}

BOOST_AUTO_TEST_SUITE_END()
