#include "harness/comparison/comparison_cases.hpp"

#include <boost/test/unit_test.hpp>
#include <harness/comparison/summary.hpp>

using bench::median_range_of;
using bench::summarize;

BOOST_AUTO_TEST_SUITE(summary_test)

namespace {

bench::comparison_run& run_of(bench::comparison& all, const std::string& server, const bench::compared_load& asked,
                              unsigned round)
{
    for (auto& run : all.runs) {
        if (run.server == server && run.asked == asked && run.round == round) {
            return run;
        }
    }
    throw std::logic_error("no such run");
}

void check(const std::optional<bench::median_range>& found, double median, double lowest, double highest)
{
    BOOST_REQUIRE(found.has_value());
    const auto nearly = boost::test_tools::tolerance(1e-9);
    BOOST_TEST(found->median == median, nearly);
    BOOST_TEST(found->lowest == lowest, nearly);
    BOOST_TEST(found->highest == highest, nearly);
}

const bench::compared_load many{"/ticks", 15'000};

} // namespace

BOOST_AUTO_TEST_CASE(the_median_is_the_middle_value)
{
    check(median_range_of({3, 1, 2}), 2, 1, 3);
    check(median_range_of({5, 5, 5}), 5, 5, 5);
    check(median_range_of({9, 1, 100, 2, 3}), 3, 1, 100);
}

BOOST_AUTO_TEST_CASE(the_median_of_an_even_number_is_the_mean_of_the_middle_two)
{
    check(median_range_of({1, 2}), 1.5, 1, 2);
    check(median_range_of({10, 1, 4, 2}), 3, 1, 10);
}

BOOST_AUTO_TEST_CASE(a_single_run_has_no_median)
{
    BOOST_TEST(!median_range_of({}).has_value());
    BOOST_TEST(!median_range_of({7}).has_value());
}

BOOST_AUTO_TEST_CASE(the_median_of_one_value_is_this_value)
{
    BOOST_TEST(bench::median_of({7}) == 7);
}

BOOST_AUTO_TEST_CASE(ratios_are_computed_within_a_round)
{
    // Both servers drift by a factor of three between rounds. The ratio within each round is 0.9.
    auto all = some_comparison();
    check(summarize(all, many)[1].of_floor, 0.9, 0.9, 0.9);
    check(summarize(all, many)[0].of_floor, 1, 1, 1);

    run_of(all, "rill", many, 2).measured.events_per_cpu_s = 100'000; // half of the value of the floor
    check(summarize(all, many)[1].of_floor, 0.9, 0.5, 0.9);
}

BOOST_AUTO_TEST_CASE(a_round_in_which_the_floor_failed_has_no_ratio)
{
    auto all = some_comparison();
    run_of(all, "floor", many, 1).failure = "3 streams failed";
    run_of(all, "rill", many, 1).measured.events_per_cpu_s = 1;
    const auto rill = summarize(all, many)[1];
    check(rill.of_floor, 0.9, 0.9, 0.9);
    BOOST_TEST(rill.valid_rounds == 3U);
    BOOST_TEST(rill.figures.at("events_per_cpu_s").lowest == 1);

    run_of(all, "floor", many, 2).failure = "3 streams failed";
    BOOST_TEST(!summarize(all, many)[1].of_floor.has_value()); // one valid round is not enough
}

BOOST_AUTO_TEST_CASE(failed_runs_do_not_count_and_are_listed)
{
    auto all = some_comparison();
    auto& failed = run_of(all, "rill", many, 3);
    failed.failure = "2 events lost";
    failed.measured.pss_bytes_per_stream = 1e9;
    const auto rill = summarize(all, many)[1];
    BOOST_TEST(rill.valid_rounds == 2U);
    check(rill.figures.at("pss_bytes_per_stream"), 701.5, 701, 702);
    BOOST_TEST(rill.failures == std::vector<std::string>{"round 3: 2 events lost"}, boost::test_tools::per_element());

    run_of(all, "rill", many, 2).failure = "refused";
    BOOST_TEST(summarize(all, many)[1].figures.empty());
}

BOOST_AUTO_TEST_CASE(a_missing_server_has_a_reason)
{
    const auto go = summarize(some_comparison(), many)[2];
    BOOST_TEST(go.takes_part);
    BOOST_TEST(go.version.empty());
    BOOST_TEST(go.valid_rounds == 0U);
    BOOST_TEST(go.failures == std::vector<std::string>{"not built"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_server_without_the_endpoint_is_omitted)
{
    const auto summaries = summarize(some_comparison(), {"/broadcast", 100});
    BOOST_TEST(summaries[0].takes_part);
    BOOST_TEST(!summaries[1].takes_part);
}

BOOST_AUTO_TEST_CASE(a_client_at_its_limit_is_noted)
{
    auto all = some_comparison();
    BOOST_TEST(!summarize(all, many)[1].client_was_bottleneck);
    run_of(all, "rill", many, 2).hold["client_is_bottleneck"] = true;
    BOOST_TEST(summarize(all, many)[1].client_was_bottleneck);
}

BOOST_AUTO_TEST_SUITE_END()
