#include "comparison_cases.hpp"

#include <harness/report_html.hpp>

#include "well_formed.hpp"

BOOST_AUTO_TEST_SUITE(report_html_test)

BOOST_AUTO_TEST_CASE(the_page_is_well_formed_and_needs_nothing_else)
{
    const auto page = bench::html_report(some_comparison());
    const auto tree = check_well_formed(page);
    BOOST_TEST(tree.get<std::string>("html.body.h1") == "SSE servers compared");
    for (const auto* part : {"<script", "<link", "<img", "src=", "href=", "url(", "@import"}) {
        BOOST_TEST(page.find(part) == page.npos, part);
    }
}

BOOST_AUTO_TEST_CASE(it_says_when_where_and_how)
{
    const auto page = bench::html_report(some_comparison());
    BOOST_TEST(page.find("2026-11-23") != page.npos);
    BOOST_TEST(page.find("A &amp; B, 2 cores") != page.npos);
    BOOST_TEST(page.find("rill-bench compare --header 'a &lt; b'") != page.npos);
    BOOST_TEST(page.find("prefers-color-scheme: dark") != page.npos);
    BOOST_TEST(page.find("not built") != page.npos);
}

BOOST_AUTO_TEST_CASE(nothing_measured_is_a_report_too)
{
    auto all = some_comparison();
    all.runs.clear();
    check_well_formed(bench::html_report(all));
    check_well_formed(bench::html_report(bench::comparison{}));
}

BOOST_AUTO_TEST_SUITE_END()
