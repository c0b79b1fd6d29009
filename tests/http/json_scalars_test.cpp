#include <rill/http/detail/json_scalars.hpp>

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <rill/http/json.hpp>

#include "http/json_reading.hpp"

BOOST_AUTO_TEST_SUITE(json_scalars_suite)

namespace {

using namespace json_reading;

} // namespace

BOOST_AUTO_TEST_CASE(booleans)
{
    BOOST_TEST(value<bool>("true"));
    BOOST_TEST(!value<bool>("false"));
    for (const auto* text : {"0", "1", "\"true\"", "null", "[]"}) {
        BOOST_TEST(refusal<bool>(text) == "the body must be true or false");
    }
}

BOOST_AUTO_TEST_CASE(whole_numbers)
{
    BOOST_TEST(value<int>("-5") == -5);
    BOOST_TEST(value<int>("3.0") == 3);
    BOOST_TEST(value<int>("3e2") == 300);
    BOOST_TEST(value<int>("-0") == 0);
    BOOST_TEST(value<int>("-0.0") == 0);
    for (const auto* text : {"1.5", "1e-3", "\"5\"", "true", "null", "[5]", "{}"}) {
        BOOST_TEST(refusal<int>(text) == "the body must be a whole number");
        BOOST_TEST(refusal<std::uint64_t>(text) == "the body must be a whole number");
    }
}

BOOST_AUTO_TEST_CASE(ranges_of_whole_numbers)
{
    BOOST_TEST(value<std::int8_t>("-128") == -128);
    BOOST_TEST(value<std::uint8_t>("255") == 255);
    BOOST_TEST(value<std::int64_t>("-9223372036854775808") == INT64_MIN);
    BOOST_TEST(value<std::int64_t>("9223372036854775807") == INT64_MAX);
    BOOST_TEST(value<std::uint64_t>("18446744073709551615") == UINT64_MAX);
    BOOST_TEST(value<std::uint64_t>("9223372036854775807") == 9223372036854775807U);
    for (const auto* text : {"128", "-129", "128.0", "9223372036854775808", "1e300", "-1e300", "1e20"}) {
        BOOST_TEST(refusal<std::int8_t>(text) == "the body must be a whole number from -128 to 127");
    }
    for (const auto* text : {"-1", "256", "-1.0", "18446744073709551616"}) {
        BOOST_TEST(refusal<std::uint8_t>(text) == "the body must be a whole number from 0 to 255");
    }
    BOOST_TEST(refusal<std::uint64_t>("18446744073709551616") ==
               "the body must be a whole number from 0 to 18446744073709551615");
    BOOST_TEST(refusal<std::int64_t>("9223372036854775808") ==
               "the body must be a whole number from -9223372036854775808 to 9223372036854775807");
    // From 2^53 on, a double may differ from the number in the text.
    BOOST_TEST(value<std::int64_t>("9007199254740991.0") == 9007199254740991);
    BOOST_TEST(refusal<std::int64_t>("9007199254740993.0") != "accepted");
}

BOOST_AUTO_TEST_CASE(numbers)
{
    BOOST_TEST(value<double>("1.5") == 1.5);
    BOOST_TEST(value<double>("2") == 2.0);
    BOOST_TEST(value<double>("18446744073709551615") == 18446744073709551615.0);
    BOOST_TEST(value<float>("0.25") == 0.25F);
    BOOST_TEST(refusal<float>("1e39") == "the body must be a smaller number");
    BOOST_TEST(refusal<double>("\"1\"") == "the body must be a number");
    BOOST_TEST(refusal<double>("null") == "the body must be a number");
    BOOST_TEST(!rill::from_json<double>(boost::json::value(std::nan(""))).has_value());
    BOOST_TEST((value<rill::bounded<int, 1, 9>>("9").value == 9));
    for (const auto* text : {"0", "10", "5.5", "\"5\"", "1e300"}) {
        BOOST_TEST((refusal<rill::bounded<int, 1, 9>>(text) == "the body must be a number from 1 to 9"));
    }
}

BOOST_AUTO_TEST_CASE(kinds)
{
    using namespace rill::detail;
    BOOST_TEST(kind_of(nullptr) == json_null);
    BOOST_TEST(kind_of(true) == json_bool);
    BOOST_TEST(kind_of(1.5) == json_number);
    BOOST_TEST(kind_of(UINT64_MAX) == json_number);
    BOOST_TEST(kind_of("text") == json_string);
    BOOST_TEST(kind_of(boost::json::array()) == json_array);
    BOOST_TEST(kind_of(boost::json::object()) == json_object);
    BOOST_TEST(must_be_of(json_string | json_array) == "must be a string or an array");
}

BOOST_AUTO_TEST_SUITE_END()
