#include "harness/comparison/comparison_cases.hpp"

#include <harness/report/html_page.hpp>

#include "harness/report/well_formed.hpp"

BOOST_AUTO_TEST_SUITE(html_page_test)

namespace {

const std::vector<bench::drawn_chart> charts{{"ticks-memory", "<svg><title>ticks chart</title></svg>"},
                                             {"broadcast-memory", "<svg><title>broadcast chart</title></svg>"}};

} // namespace

BOOST_AUTO_TEST_CASE(the_page_is_well_formed_and_self_contained)
{
    const auto page = bench::html_page(some_comparison(), charts);
    const auto tree = check_well_formed(page);
    BOOST_TEST(tree.get<std::string>("html.body.h1") == "SSE servers compared");
    for (const auto* part : {"<script", "<link", "<img", "src=", "href=", "url(", "@import"}) {
        BOOST_TEST(page.find(part) == page.npos, part);
    }
}

BOOST_AUTO_TEST_CASE(the_page_has_the_date_machine_and_command)
{
    const auto page = bench::html_page(some_comparison(), charts);
    BOOST_TEST(page.find("2026-11-23") != page.npos);
    BOOST_TEST(page.find("A &amp; B, 2 cores") != page.npos);
    BOOST_TEST(page.find("rill-bench compare --header 'a &lt; b'") != page.npos);
    BOOST_TEST(page.find("prefers-color-scheme: dark") != page.npos);
    BOOST_TEST(page.find("not built") != page.npos);
}

BOOST_AUTO_TEST_CASE(each_table_has_the_versions_of_the_servers)
{
    const auto page = bench::html_page(some_comparison(), charts);
    std::size_t tables = 0;
    for (auto at = page.find("<small>rill 1.2</small>"); at != page.npos;
         at = page.find("<small>rill 1.2</small>", at + 1))
    {
        ++tables;
    }
    BOOST_TEST(tables == 2U); // rill takes part in two loads
    BOOST_TEST(page.find("<td>go<small>-</small></td>") != page.npos);
    BOOST_TEST(page.find("<dd>rill, rill 1.2: n</dd>") != page.npos);
}

BOOST_AUTO_TEST_CASE(each_endpoint_has_its_charts)
{
    const auto page = bench::html_page(some_comparison(), charts);
    const auto heading = page.find("(/broadcast)");
    BOOST_REQUIRE(heading != page.npos);
    BOOST_TEST(page.find("ticks chart") < heading);
    BOOST_TEST(page.find("broadcast chart") > heading);
    BOOST_TEST(page.find("broadcast chart") != page.npos);
}

BOOST_AUTO_TEST_CASE(a_page_without_charts_has_the_reason)
{
    const auto page = bench::html_page(some_comparison(), tl::unexpected(std::string("a <reason>")));
    check_well_formed(page);
    BOOST_TEST(page.find("<p>This report has no charts: a &lt;reason>.") == page.npos); // both brackets are escaped
    BOOST_TEST(page.find("<p>This report has no charts: a &lt;reason&gt;. ") != page.npos);
    BOOST_TEST(page.find("<td>rill<small>rill 1.2</small></td>") != page.npos);
}

BOOST_AUTO_TEST_CASE(a_report_without_measurements_is_well_formed)
{
    auto all = some_comparison();
    all.runs.clear();
    check_well_formed(bench::html_page(all, charts));
    check_well_formed(bench::html_page(bench::comparison{}, charts));
}

BOOST_AUTO_TEST_SUITE_END()
