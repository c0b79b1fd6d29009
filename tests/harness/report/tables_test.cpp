#include "harness/comparison/comparison_cases.hpp"

#include <boost/test/unit_test.hpp>
#include <harness/report/tables.hpp>

BOOST_AUTO_TEST_SUITE(tables_test)

BOOST_AUTO_TEST_CASE(each_scenario_has_a_table_of_its_servers)
{
    const auto text = bench::markdown_tables(some_comparison());
    BOOST_TEST(text.find("### /ticks, 100 streams\n") != text.npos);
    BOOST_TEST(text.find("### /ticks, 15,000 streams\n") != text.npos);
    const auto broadcast = text.substr(text.find("### /broadcast, 100 streams\n"));
    BOOST_TEST(broadcast.find("| floor | - |") != broadcast.npos);
    BOOST_TEST(broadcast.find("| rill | ") == broadcast.npos);
}

BOOST_AUTO_TEST_CASE(a_row_has_medians_and_ranges)
{
    const auto text = bench::markdown_tables(some_comparison());
    BOOST_TEST(text.find("| rill | rill 1.2 | 702 (701 to 703) | 180,000 (90,000 to 270,000) | 0.90 (0.90 to 0.90) | "
                         "1.00 (1.00 to 1.00) | "
                         "1.00 (1.00 to 1.00) | 12.5 (12.5 to 12.5) | 1.00 (1.00 to 1.00) | 3 of 3 |\n") != text.npos);
}

BOOST_AUTO_TEST_CASE(rows_are_as_long_as_the_heading)
{
    const auto text = bench::markdown_tables(some_comparison());
    std::istringstream lines(text);
    std::size_t rows = 0;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("|")) {
            BOOST_TEST(std::count(line.begin(), line.end(), '|') == static_cast<int>(bench::table_columns.size()) + 4);
            ++rows;
        }
    }
    BOOST_TEST(rows == 3U * 2 + 3 + 3 + 1);
}

BOOST_AUTO_TEST_CASE(failures_and_single_runs_are_listed_below_the_table)
{
    auto all = some_comparison();
    for (auto& run : all.runs) {
        if (run.server == "rill" && run.asked.streams == 100 && run.round != 1) {
            run.failure = "2 events lost";
        }
    }
    const auto text = bench::markdown_tables(all);
    BOOST_TEST(text.find("| rill | rill 1.2 | - | - | - | - | - | - | - | 1 of 3 |") != text.npos);
    BOOST_TEST(text.find("- rill: round 2: 2 events lost\n- rill: round 3: 2 events lost\n"
                         "- rill: only one valid round, which is no basis for figures\n- go: not built\n") !=
               text.npos);
}

BOOST_AUTO_TEST_SUITE_END()
