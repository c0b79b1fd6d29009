#include <boost/test/unit_test.hpp>
#include <harness/report/chart.hpp>
#include <set>

using bench::median_range;
using bench::script_of;

BOOST_AUTO_TEST_SUITE(chart_test)

namespace {

std::size_t count_of(const std::string& text, const std::string& part)
{
    std::size_t count = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) {
        ++count;
    }
    return count;
}

bool has(const bench::chart_script& script, const std::string& part)
{
    return script.text.find(part) != std::string::npos;
}

bench::row_chart rows(double low, double high)
{
    return {.heading = {"Memory & more", "lower is better", "bytes"},
            .rows = {{.label = "floor", .color = 0, .text = "a", .marks = {median_range{low, low, low}}},
                     {.label = "rill", .color = 1, .text = "b", .marks = {median_range{high, high * 0.9, high * 1.1}}},
                     {.label = "go", .color = 3, .text = "not built: it's <none>"}}};
}

} // namespace

BOOST_AUTO_TEST_CASE(one_value_on_a_linear_axis_is_a_bar)
{
    const auto script = script_of(rows(50, 100), "memory");
    BOOST_TEST(script.name == "memory");
    BOOST_TEST(script.title == "Memory & more, lower is better");
    BOOST_TEST(count_of(script.text, "with boxxy") == 2U);
    BOOST_TEST(count_of(script.text, "with points") == 0U);
    BOOST_TEST(has(script, "set output 'memory.svg'"));
    BOOST_TEST(has(script, "unset logscale x"));
    BOOST_TEST(has(script, "set xrange [0:150]")); // room for the highest round
    BOOST_TEST(has(script, "'50' 50"));
    BOOST_TEST(has(script, "100 90 110 1.7"));
    const std::vector<std::string> tooltips{"floor: a", "floor: a", "rill: b", "rill: b"};
    BOOST_TEST(script.tooltips == tooltips, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(text_is_quoted)
{
    const auto script = script_of(rows(50, 100), "memory");
    BOOST_TEST(has(script, "'not built: it''s <none>'"));
    auto chart = rows(50, 100);
    chart.rows[2].text = "first\nsecond";
    BOOST_TEST(has(script_of(chart, "memory"), "'first second'"));
}

BOOST_AUTO_TEST_CASE(values_far_apart_are_points_on_a_logarithmic_axis)
{
    const auto script = script_of(rows(10, 20'000), "memory");
    BOOST_TEST(count_of(script.text, "with boxxy") == 0U);
    BOOST_TEST(count_of(script.text, "with points pt 7 ") == 1U); // floor: a circle
    BOOST_TEST(count_of(script.text, "with points pt 5 ") == 1U); // rill: a square
    BOOST_TEST(has(script, "set logscale x"));
    BOOST_TEST(has(script, "set xrange [10:100000]"));
    BOOST_TEST(has(script, "'10k' 10000"));
}

BOOST_AUTO_TEST_CASE(the_factor_between_the_values_selects_the_axis)
{
    const auto is_logarithmic = [](double low, double high) {
        bench::row_chart chart{.heading = {}, .rows = {{.label = "a", .text = "", .marks = {{low, low, low}}}}};
        chart.rows.push_back({.label = "b", .text = "", .marks = {{high, high, high}}});
        return has(script_of(chart, "x"), "\nset logscale x");
    };
    BOOST_TEST(!is_logarithmic(10, 300));
    BOOST_TEST(is_logarithmic(10, 301));
    BOOST_TEST(!is_logarithmic(0, 300)); // values that are not positive do not count
}

BOOST_AUTO_TEST_CASE(several_values_in_a_row_have_a_key)
{
    auto chart = rows(1, 2);
    chart.mark_names = {"median", "99 %"};
    chart.rows[0].marks.push_back({500, 400, 600});
    const auto script = script_of(chart, "lateness");
    BOOST_TEST(has(script, "set label 'median'"));
    BOOST_TEST(has(script, "set label '99 %'"));
    BOOST_TEST(has(script, "$row0 every ::1::1"));
}

BOOST_AUTO_TEST_CASE(zero_lies_at_the_low_end_of_a_logarithmic_axis)
{
    auto chart = rows(10, 20'000);
    chart.rows[2].marks = {{-5, -10, 0}};
    BOOST_TEST(has(script_of(chart, "x"), "\n10 10 10 2.7\n"));
}

BOOST_AUTO_TEST_CASE(a_reference_is_a_line_on_the_axis)
{
    auto chart = rows(0.2, 0.5);
    chart.reference = 1;
    const auto script = script_of(chart, "of-floor");
    BOOST_TEST(has(script, "set arrow from 1, graph 0 to 1, graph 1"));
    BOOST_TEST(has(script, "set xrange [0:1]"));
}

BOOST_AUTO_TEST_CASE(a_chart_without_values_is_complete)
{
    for (const auto& script : {script_of(bench::row_chart{}, "x"), script_of(bench::curve_chart{}, "y")}) {
        BOOST_TEST(has(script, "plot NaN notitle"));
        BOOST_TEST(script.text.find("inf") == std::string::npos);
        BOOST_TEST(script.text.find("nan") == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(curves_are_in_the_order_in_which_they_end)
{
    const median_range few{700, 690, 710};
    const bench::curve_chart chart{.heading = {"Memory", "lower is better", "bytes"},
                                   .curves = {{"rill", 1, {{1000, few}, {15'000, {650, 640, 660}}}},
                                              {"a-long-name", 2, {{1000, few}}},
                                              {"go", 3, {}}}};
    const auto script = script_of(chart, "memory");
    BOOST_TEST(count_of(script.text, "with linespoints") == 2U);
    BOOST_TEST(script.text.find("title 'a-long-n\u2026'") < script.text.find("title 'rill'"));
    BOOST_TEST(!has(script, "'go'"));
    BOOST_TEST(has(script, "set xtics ('1k' 1000, '15k' 15000)"));
    BOOST_TEST(has(script, "650 640 660 15000"));
    BOOST_REQUIRE(script.tooltips.size() == 4U);
    BOOST_TEST(script.tooltips[0] == "a-long-name: 700 with 1,000 streams");
    BOOST_TEST(script.tooltips[2] == "rill: 700 with 1,000 streams, 650 with 15,000 streams");
}

BOOST_AUTO_TEST_CASE(colors_belong_to_servers)
{
    std::set<unsigned> colors;
    for (const auto* name : {"floor", "rill", "beast", "go", "axum", "node", "nchan", "hyper", "uwebsockets"}) {
        colors.insert(bench::chart_color(name, 0));
        BOOST_TEST(bench::chart_color(name, 0) == bench::chart_color(name, 5));
    }
    BOOST_TEST(colors.size() == 9U);
    BOOST_TEST(bench::chart_color("another", 100) < 10U);
}

BOOST_AUTO_TEST_SUITE_END()
