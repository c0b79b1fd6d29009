#include <rill/http/metrics_writer.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "support/metrics_page.hpp"

BOOST_AUTO_TEST_SUITE(metrics_writer_test)

BOOST_AUTO_TEST_CASE(samples_of_one_name_are_grouped)
{
    rill::metrics_writer out;
    out.gauge("a", "The first.", 1, {{"of", "x"}});
    out.counter("b_total", "The second.", 2);
    out.gauge("a", "The first.", 3, {{"of", "y"}});
    BOOST_TEST(out.text() == "# HELP a The first.\n# TYPE a gauge\na{of=\"x\"} 1\na{of=\"y\"} 3\n"
                             "# HELP b_total The second.\n# TYPE b_total counter\nb_total 2\n");
}

BOOST_AUTO_TEST_CASE(labels_and_help_accept_any_text)
{
    const std::string odd = "a\\b\"c\nd}{=,e\xC3\xA9";
    rill::metrics_writer out;
    out.gauge("odd", odd, 1, {{"first", odd}, {"second", ""}});
    const rill_test::metrics_page page(out.text());
    BOOST_TEST(page["odd{first=\"" + odd + "\",second=\"\"}"] == 1);
    BOOST_TEST(page.help("odd") == "a\\\\b\"c\\nd}{=,e\xC3\xA9"); // a help text has unescaped quotes
}

BOOST_AUTO_TEST_CASE(numbers_are_read_back_unchanged)
{
    rill::metrics_writer out;
    int i = 0;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const std::array<double, 8> values{0.0, -1.5, 0.1, 1e-9, 9007199254740993.0, 1e300, infinity, -infinity};
    for (const double v : values) {
        out.gauge("n", "", v, {{"i", std::to_string(i++)}});
    }
    const rill_test::metrics_page page(out.text());
    for (std::size_t at = 0; at < values.size(); ++at) {
        BOOST_TEST(page["n{i=\"" + std::to_string(at) + "\"}"] == values[at]);
    }
    rill::metrics_writer none;
    none.gauge("nan", "", NAN);
    BOOST_TEST(none.text().ends_with("nan NaN\n"));
}

BOOST_AUTO_TEST_CASE(the_buckets_of_a_histogram_are_cumulative)
{
    rill::metrics_writer out;
    out.histogram("late_seconds", "How late.", std::array{0.001, 0.5}, std::array<std::uint64_t, 3>{5, 0, 2}, 3.25,
                  {{"of", "x"}});
    const rill_test::metrics_page page(out.text());
    BOOST_TEST(page.type("late_seconds") == "histogram");
    BOOST_TEST(page["late_seconds_bucket{of=\"x\",le=\"0.001\"}"] == 5);
    BOOST_TEST(page["late_seconds_bucket{of=\"x\",le=\"0.5\"}"] == 5);
    BOOST_TEST(page["late_seconds_bucket{of=\"x\",le=\"+Inf\"}"] == 7);
    BOOST_TEST(page["late_seconds_sum{of=\"x\"}"] == 3.25);
    BOOST_TEST(page["late_seconds_count{of=\"x\"}"] == 7);
}

BOOST_AUTO_TEST_CASE(program_errors_throw)
{
    rill::metrics_writer out;
    for (const auto* name : {"", "1a", "a-b", "a b", "\xC3\xA9"}) {
        BOOST_CHECK_THROW(out.gauge(name, "", 0), std::invalid_argument);
    }
    for (const auto* label : {"", "1a", "a:b", "a b"}) {
        BOOST_CHECK_THROW(out.gauge("a", "", 0, {{label, ""}}), std::invalid_argument);
    }
    out.gauge("x", "", 0);
    BOOST_CHECK_THROW(out.counter("x", "", 0), std::invalid_argument);
    BOOST_CHECK_THROW(out.histogram("h", "", std::array{1.0}, std::array<std::uint64_t, 1>{1}, 1),
                      std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
