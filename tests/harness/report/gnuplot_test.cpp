#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <harness/report/gnuplot.hpp>
#include <unistd.h>

#include "harness/report/well_formed.hpp"

BOOST_AUTO_TEST_SUITE(gnuplot_test)

namespace {

struct folder
{
    folder() { std::filesystem::create_directory(path); }
    ~folder() { std::filesystem::remove_all(path); }
    std::string path =
        (std::filesystem::temp_directory_path() / ("rill gnuplot's " + std::to_string(::getpid()))).string();
};

/// Replaces PATH while this object exists.
struct path_variable
{
    explicit path_variable(const char* value) { ::setenv("PATH", value, 1); }
    ~path_variable() { ::setenv("PATH", before.c_str(), 1); }
    std::string before = std::getenv("PATH");
};

bench::chart_script some_script(const std::string& name)
{
    return script_of(bench::row_chart{.heading = {"Memory & more", "lower is better", "bytes"},
                                      .rows = {{.label = "rill", .color = 1, .text = "a <b>", .marks = {{5, 4, 6}}}}},
                     name);
}

bool has_gnuplot()
{
    return std::system("gnuplot --version > /dev/null 2>&1") == 0;
}

} // namespace

BOOST_AUTO_TEST_CASE(colors_become_variables_and_ids_unique)
{
    const std::string raw = "<?xml version=\"1.0\"?>\n<svg viewBox=\"0 0 4 3\">\n<title>Gnuplot</title>"
                            "<path id='gpPt5' stroke='rgb(  0, 114, 178)'/><rect fill=\"#ffffff\"/>"
                            "<g color=\"black\" fill='black'/><text fill=\"rgb(27,31,36)\"/></svg>\n";
    BOOST_TEST(bench::as_element(raw, {"t", "a \"b\"", ""}) ==
               "<svg class=\"chart\" role=\"img\" aria-label=\"a &quot;b&quot;\" viewBox=\"0 0 4 3\">\n"
               "<path id='t-gpPt5' stroke='var(--c1)'/><rect fill=\"var(--ground)\"/>"
               "<g color=\"var(--ink)\" fill='var(--ink)'/><text fill=\"var(--ink)\"/></svg>\n");
}

BOOST_AUTO_TEST_CASE(elements_have_tooltips)
{
    BOOST_TEST(
        bench::as_element("<svg><title>gnuplot_plot_1</title><title>gnuplot_plot_2</title></svg>",
                          {"t", "", "", {"rill: <1>", "go"}}) ==
        "<svg class=\"chart\" role=\"img\" aria-label=\"\"><title>rill: &lt;1&gt;</title><title>go</title></svg>");
}

BOOST_AUTO_TEST_CASE(a_file_has_the_colors_for_light_and_dark)
{
    const auto file = bench::as_svg_file("<svg viewBox=\"0 0 4 3\"><g/></svg>");
    const auto tree = check_well_formed(file);
    BOOST_TEST(file.starts_with("<?xml "));
    BOOST_TEST(tree.get<std::string>("svg.style").find("prefers-color-scheme: dark") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(gnuplot_draws_elements_and_files, folder)
{
    if (!has_gnuplot()) {
        BOOST_TEST_MESSAGE("skipped: gnuplot is not installed");
        return;
    }
    const auto charts =
        bench::draw({some_script("one"), some_script("two"), script_of(bench::curve_chart{}, "none")}, path);
    BOOST_REQUIRE_MESSAGE(charts.has_value(), charts.error());
    BOOST_REQUIRE(charts->size() == 3U);
    BOOST_TEST((*charts)[1].name == "two");
    for (const auto& each : *charts) {
        check_well_formed(each.svg);
        BOOST_TEST(each.svg.find("rgb(") == std::string::npos);
        BOOST_TEST(each.svg.find("var(--ground)") != std::string::npos);
    }
    const auto& svg = charts->front().svg;
    BOOST_TEST(svg.find("var(--c1)") != std::string::npos);
    BOOST_TEST(svg.find("Memory &amp; more") != std::string::npos);
    BOOST_TEST(svg.find("<title>rill: a &lt;b&gt;</title>") != std::string::npos); // the tooltip
    BOOST_TEST(std::filesystem::exists(path + "/two.svg"));
    BOOST_TEST(std::filesystem::exists(path + "/charts.gp"));
    BOOST_TEST(!std::filesystem::exists(path + "/charts.log"));
}

BOOST_FIXTURE_TEST_CASE(a_wrong_script_is_an_error, folder)
{
    if (has_gnuplot()) {
        const auto charts = bench::draw({{"x", "", "plot nonsense("}}, path);
        BOOST_REQUIRE(!charts.has_value());
        BOOST_TEST(charts.error().starts_with("gnuplot ended with 1: "));
    }
}

BOOST_FIXTURE_TEST_CASE(a_missing_gnuplot_is_an_error, folder)
{
    const path_variable empty("/nonexistent");
    const auto charts = bench::draw({some_script("one")}, path);
    BOOST_REQUIRE(!charts.has_value());
    BOOST_TEST(charts.error() == "gnuplot is not installed");
}

BOOST_AUTO_TEST_CASE(a_missing_folder_is_an_error)
{
    const auto charts = bench::draw({some_script("one")}, "/nonexistent");
    BOOST_REQUIRE(!charts.has_value());
    BOOST_TEST(charts.error().starts_with("cannot write /nonexistent/charts.gp: "));
}

BOOST_AUTO_TEST_SUITE_END()
