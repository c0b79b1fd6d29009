#include "harness/comparison/comparison_cases.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(comparison_test)

BOOST_AUTO_TEST_CASE(figures_are_read_from_the_output_of_hold)
{
    boost::json::object hold;
    double value = 0;
    for (const auto& each : bench::all_figures) {
        hold[each.key] = ++value;
    }
    hold["live"] = 15'000; // integers are accepted, too
    const auto found = bench::figures_of(hold);
    BOOST_REQUIRE(found.has_value());
    BOOST_TEST(found->live == 15'000);
    BOOST_TEST(found->max_ms == value);
}

BOOST_AUTO_TEST_CASE(a_missing_figure_is_named_in_the_error)
{
    auto hold = some_comparison().runs.front().hold;
    hold["p99_ms"] = nullptr;
    BOOST_TEST(bench::figures_of(hold).error() == "the client did not report p99_ms");
    hold.erase("p50_ms");
    BOOST_TEST(bench::figures_of(hold).error() == "the client did not report p50_ms");
    BOOST_TEST(bench::figures_of({}).error() == "the client did not report live");
}

BOOST_AUTO_TEST_CASE(json_contains_the_whole_comparison)
{
    auto all = some_comparison();
    all.runs[1].failure = "3 streams failed";
    const auto json = to_json(all);
    const auto again = bench::comparison_from(json);
    BOOST_REQUIRE(again.has_value());
    BOOST_TEST(to_json(*again) == json);
    BOOST_TEST(again->runs.size() == all.runs.size());
    BOOST_TEST(again->runs[0].measured.pss_bytes_per_stream == 701);
    BOOST_TEST(again->runs[1].failure == "3 streams failed");
    BOOST_TEST(again->servers[2].missing == "not built");
    BOOST_TEST(again->servers[1].version == "rill 1.2");
    BOOST_TEST((again->loads == all.loads));
}

BOOST_AUTO_TEST_CASE(invalid_json_is_refused)
{
    BOOST_TEST(bench::comparison_from(nullptr).error().starts_with("not a comparison: "));
    BOOST_TEST(!bench::comparison_from(boost::json::object{}).has_value());
    auto json = to_json(some_comparison());
    json["rounds"] = "three";
    BOOST_TEST(!bench::comparison_from(json).has_value());
    json["rounds"] = 3;
    json["runs"].as_array().push_back("x");
    BOOST_TEST(!bench::comparison_from(json).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
