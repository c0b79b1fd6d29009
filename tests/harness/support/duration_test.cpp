#include <boost/test/unit_test.hpp>
#include <harness/support/duration.hpp>

using bench::parse_duration;
using bench::to_text;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(duration_test)

BOOST_AUTO_TEST_CASE(values_with_units_are_parsed)
{
    BOOST_TEST((parse_duration("30s") == 30s));
    BOOST_TEST((parse_duration("250ms") == 250ms));
    BOOST_TEST((parse_duration("2m") == 2min));
    BOOST_TEST((parse_duration("1.5m") == 90s));
    BOOST_TEST((parse_duration("0.5h") == 30min));
    BOOST_TEST((parse_duration("7us") == 7us));
    BOOST_TEST((parse_duration("9ns") == 9ns));
    BOOST_TEST((parse_duration("0") == 0s));
    BOOST_TEST((parse_duration("0s") == 0s));
}

BOOST_AUTO_TEST_CASE(anything_else_is_an_error)
{
    for (const auto* text :
         {"", "s", "30", "-1s", "-0s", "+1s", " 1s", "1s ", "1 s", "1d", "1e3s", "1ss", "nans", "infs", "1000000h"})
    {
        const auto parsed = parse_duration(text);
        BOOST_TEST(!parsed, "'" << text << "' was taken for a duration");
        BOOST_TEST((parsed || parsed.error().find(text) != std::string::npos));
    }
}

BOOST_AUTO_TEST_CASE(durations_are_written_as_text)
{
    BOOST_TEST(to_text(0s) == "0s");
    BOOST_TEST(to_text(30s) == "30s");
    BOOST_TEST(to_text(90s) == "1.5m");
    BOOST_TEST(to_text(250ms) == "250ms");
    BOOST_TEST(to_text(1'234'567ns) == "1.235ms");
    BOOST_TEST(to_text(2h) == "2h");
}

BOOST_AUTO_TEST_SUITE_END()
