#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>
#include <harness/support/text.hpp>
#include <limits>

using bench::fixed;
using bench::grouped;
using bench::to_json_text;

BOOST_AUTO_TEST_SUITE(text_test)

BOOST_AUTO_TEST_CASE(thousands_are_grouped)
{
    BOOST_TEST(grouped(0) == "0");
    BOOST_TEST(grouped(999) == "999");
    BOOST_TEST(grouped(1000) == "1,000");
    BOOST_TEST(grouped(1234567) == "1,234,567");
    BOOST_TEST(grouped(UINT64_MAX) == "18,446,744,073,709,551,615");
}

BOOST_AUTO_TEST_CASE(fixed_limits_the_decimal_places)
{
    BOOST_TEST(fixed(1.5, 3) == "1.5");
    BOOST_TEST(fixed(1.0, 3) == "1");
    BOOST_TEST(fixed(100, 0) == "100");
    BOOST_TEST(fixed(0.0004, 3) == "0");
    BOOST_TEST(fixed(-0.0004, 3) == "0");
    BOOST_TEST(fixed(2.0 / 3, 2) == "0.67");
    BOOST_TEST(fixed(1e300, 1).size() == 301U);
}

BOOST_AUTO_TEST_CASE(json_without_exponents)
{
    const boost::json::value value{
        {"a", 0.15}, {"b", 120000.0}, {"c", {1, 2.5, nullptr, true}}, {"d", "x\"y"}, {"e", boost::json::object()}};
    const auto text = to_json_text(value);
    BOOST_TEST(text == R"({"a":0.15,"b":120000,"c":[1,2.5,null,true],"d":"x\"y","e":{}})");
    BOOST_TEST(boost::json::parse(text).at("a").as_double() == 0.15);
}

BOOST_AUTO_TEST_CASE(json_has_no_infinity)
{
    BOOST_TEST(to_json_text(std::numeric_limits<double>::infinity()) == "null");
    BOOST_TEST(to_json_text(std::numeric_limits<double>::quiet_NaN()) == "null");
}

BOOST_AUTO_TEST_CASE(columns_are_right_aligned)
{
    BOOST_TEST(bench::right_aligned("12", 4) == "  12");
    BOOST_TEST(bench::right_aligned("12345", 4) == "12345");
}

BOOST_AUTO_TEST_CASE(placeholders_are_replaced_once)
{
    std::string text = "{n}-{n}{m}";
    bench::replace_all(text, "{n}", "{n}{n}"); // the inserted text is not replaced again
    BOOST_TEST(text == "{n}{n}-{n}{n}{m}");
    bench::replace_all(text, "{x}", "");
    BOOST_TEST(text == "{n}{n}-{n}{n}{m}");
}

BOOST_AUTO_TEST_CASE(readable_keeps_the_significant_digits)
{
    BOOST_TEST(bench::readable(1'234'567.8) == "1,234,568");
    BOOST_TEST(bench::readable(96'823.4) == "96,823");
    BOOST_TEST(bench::readable(726.6) == "727");
    BOOST_TEST(bench::readable(99.94) == "99.9");
    BOOST_TEST(bench::readable(99.96) == "100");
    BOOST_TEST(bench::readable(12.34) == "12.3");
    BOOST_TEST(bench::readable(1) == "1.00");
    BOOST_TEST(bench::readable(0.7) == "0.70");
    BOOST_TEST(bench::readable(0.0914) == "0.091");
    BOOST_TEST(bench::readable(0.00312) == "0.0031");
    BOOST_TEST(bench::readable(0) == "0.00");
    BOOST_TEST(bench::readable(-1234) == "-1,234");
    BOOST_TEST(bench::readable(-0.5) == "-0.50");
}

BOOST_AUTO_TEST_CASE(compact_uses_suffixes)
{
    BOOST_TEST(bench::compact(0) == "0");
    BOOST_TEST(bench::compact(0.2) == "0.2");
    BOOST_TEST(bench::compact(0.001) == "0.001");
    BOOST_TEST(bench::compact(500) == "500");
    BOOST_TEST(bench::compact(15'000) == "15k");
    BOOST_TEST(bench::compact(1'500'000) == "1.5M");
}

BOOST_AUTO_TEST_SUITE_END()
