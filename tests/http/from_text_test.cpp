#include <rill/http/from_text.hpp>

#include <boost/describe/enum.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdint>

namespace from_text_types {

enum class size
{
    small,
    large
};
BOOST_DESCRIBE_ENUM(size, small, large)

} // namespace from_text_types

BOOST_AUTO_TEST_SUITE(from_text_suite)

namespace {

using from_text_types::size;

template <class T>
auto convert(std::string_view text)
{
    using rill::from_text;
    return from_text(text, std::type_identity<T>{});
}

} // namespace

BOOST_AUTO_TEST_CASE(whole_numbers)
{
    BOOST_TEST(convert<int>("-5").value() == -5);
    BOOST_TEST(convert<std::uint64_t>("18446744073709551615").value() == UINT64_MAX);
    for (const auto* text : {"", "x", "5x", " 5", "5 ", "+5", "0x5", "5.0", "1e3", "--5", "-"}) {
        BOOST_TEST(convert<int>(text).error() == "must be a whole number", text);
    }
    BOOST_TEST(convert<std::uint8_t>("256").error() == "must be a whole number from 0 to 255");
    BOOST_TEST(convert<std::uint8_t>("-1").error() == "must be a whole number from 0 to 255");
}

BOOST_AUTO_TEST_CASE(other_numbers)
{
    BOOST_TEST(convert<double>("-2.5e1").value() == -25.0);
    BOOST_TEST(convert<float>("0.5").value() == 0.5F);
    for (const auto* text : {"", "nan", "inf", "1e999", "1,5", "1.5x"}) {
        BOOST_TEST(convert<double>(text).error() == "must be a number", text);
    }
    BOOST_TEST((convert<rill::bounded<int, 1, 9>>("9").value().value == 9));
    for (const auto* text : {"0", "10", "x", ""}) {
        BOOST_TEST((convert<rill::bounded<int, 1, 9>>(text).error() == "must be a number from 1 to 9"), text);
    }
}

BOOST_AUTO_TEST_CASE(booleans_text_and_enums)
{
    BOOST_TEST(convert<bool>("true").value());
    BOOST_TEST(!convert<bool>("0").value());
    BOOST_TEST(convert<bool>("yes").error() == "must be true, false, 1 or 0");
    BOOST_TEST(convert<std::string>("a b").value() == "a b");
    BOOST_TEST((convert<size>("large").value() == size::large));
    BOOST_TEST(convert<size>("huge").error() == "must be one of small, large");
}

BOOST_AUTO_TEST_SUITE_END()
