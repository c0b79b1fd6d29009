#include <harness/plot.hpp>
#include <regex>
#include <set>

#include "well_formed.hpp"

using bench::spread;

BOOST_AUTO_TEST_SUITE(plot_test)

namespace {

std::size_t count_of(const std::string& text, const std::string& part)
{
    std::size_t count = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) {
        ++count;
    }
    return count;
}

bench::row_plot rows(double least, double most)
{
    return {.heading = {"Memory & more", "lower is better", "bytes"},
            .rows = {{.label = "floor", .colour = 0, .text = "a", .marks = {spread{least, least, least}}},
                     {.label = "rill", .colour = 1, .text = "b", .marks = {spread{most, most * 0.9, most * 1.1}}},
                     {.label = "go", .colour = 3, .text = "not built: <none>"}}};
}

/// Every coordinate lies within the view box.
void check_inside(const std::string& svg)
{
    std::smatch box;
    BOOST_REQUIRE(std::regex_search(svg, box, std::regex("viewBox=\"0 0 ([0-9.]+) ([0-9.]+)\"")));
    const std::regex coordinate("\\b(x|y|x1|y1|x2|y2|cx|cy)=\"([^\"]*)\"");
    for (std::sregex_iterator it(svg.begin(), svg.end(), coordinate), end; it != end; ++it) {
        const double value = std::stod((*it)[2]);
        const double most = std::stod((*it)[1].str().find('x') != std::string::npos ? box[1] : box[2]);
        BOOST_TEST((value >= 0 && value <= most), (*it)[0].str());
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(rows_of_one_value_on_a_linear_axis_are_bars)
{
    const auto svg = bench::draw(rows(50, 100));
    check_well_formed(svg);
    check_inside(svg);
    BOOST_TEST(count_of(svg, "<rect ") == 3U); // two, and the ground
    BOOST_TEST(svg.find(">Memory &amp; more<") != svg.npos);
    BOOST_TEST(svg.find(">lower is better<") != svg.npos);
    BOOST_TEST(svg.find("not built: &lt;none&gt;") != svg.npos);
}

BOOST_AUTO_TEST_CASE(far_apart_they_are_points_on_a_logarithmic_axis)
{
    const auto svg = bench::draw(rows(10, 20'000));
    check_well_formed(svg);
    check_inside(svg);
    BOOST_TEST(count_of(svg, "<rect ") == 1U);
    BOOST_TEST(count_of(svg, "<circle ") == 1U);  // floor
    BOOST_TEST(count_of(svg, "<polygon ") == 1U); // rill
    BOOST_TEST(svg.find(">10k<") != svg.npos);
}

BOOST_AUTO_TEST_CASE(several_values_in_a_row_have_a_key)
{
    auto plot = rows(1, 2);
    plot.mark_names = {"median", "99 %"};
    plot.rows[0].marks.push_back({500, 400, 600});
    const auto svg = bench::draw(plot);
    check_well_formed(svg);
    check_inside(svg);
    BOOST_TEST(svg.find(">median<") != svg.npos);
    BOOST_TEST(svg.find(">99 %<") != svg.npos);
}

BOOST_AUTO_TEST_CASE(nothing_measured_is_a_plot_too)
{
    auto plot = rows(1, 2);
    for (auto& row : plot.rows) {
        row.marks.clear();
    }
    plot.reference = 1;
    check_inside(bench::draw(plot));
    check_well_formed(bench::draw(plot));
    check_well_formed(bench::draw(bench::row_plot{}));
    check_well_formed(bench::draw(bench::curve_plot{}));
}

BOOST_AUTO_TEST_CASE(zero_and_less_lie_at_the_end_of_a_logarithmic_axis)
{
    auto plot = rows(10, 20'000);
    plot.rows[0].marks = {{-5, -10, 0}};
    plot.rows[2].marks = {{20, 10, 30}};
    check_inside(bench::draw(plot));
}

BOOST_AUTO_TEST_CASE(curves_are_named_at_their_end)
{
    const spread few{700, 690, 710};
    const bench::curve_plot plot{.heading = {"Memory", "lower is better", "bytes"},
                                 .curves = {{"rill", 1, {{1000, few}, {15'000, {650, 640, 660}}}},
                                            {"a-long-name", 2, {{1000, few}}},
                                            {"go", 3, {}}}};
    const auto svg = bench::draw(plot);
    check_well_formed(svg);
    check_inside(svg);
    BOOST_TEST(count_of(svg, "<polyline ") == 2U);
    BOOST_TEST(svg.find("class=\"name\">rill<") != svg.npos);
    BOOST_TEST(svg.find("class=\"name\">a-long-\u2026<") != svg.npos);
    BOOST_TEST(svg.find(">1k<") != svg.npos);
    BOOST_TEST(svg.find(">15k<") != svg.npos);
    BOOST_TEST(svg.find("rill, 15,000 streams: 650 (640 to 660)") != svg.npos);
}

BOOST_AUTO_TEST_CASE(a_plot_is_a_file_of_its_own)
{
    const auto file = bench::as_svg_file(bench::draw(rows(1, 2)));
    check_well_formed(file);
    BOOST_TEST(file.starts_with("<?xml "));
    BOOST_TEST(file.find("prefers-color-scheme: dark") != file.npos);
}

BOOST_AUTO_TEST_CASE(colours_belong_to_servers)
{
    std::set<unsigned> colours;
    for (const auto* name : {"floor", "rill", "beast", "go", "axum", "node", "nchan"}) {
        colours.insert(bench::plot_colour(name, 0));
        BOOST_TEST(bench::plot_colour(name, 0) == bench::plot_colour(name, 5));
    }
    BOOST_TEST(colours.size() == 7U);
    BOOST_TEST(bench::plot_colour("another", 100) < 8U);
}

BOOST_AUTO_TEST_SUITE_END()
