#include "core/date.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>
#include <utility>

BOOST_AUTO_TEST_SUITE(date_test)

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using std::chrono::sys_time;

template <std::size_t Size>
std::string text_of(const std::array<char, Size>& characters)
{
    return {characters.begin(), characters.end()};
}

std::string http_date(std::int64_t since_1970)
{
    return text_of(rill::detail::http_date(sys_seconds(seconds(since_1970))));
}

std::string timestamp(std::int64_t since_1970)
{
    return text_of(rill::detail::utc_timestamp(sys_seconds(seconds(since_1970))));
}

std::string timestamp_ms(std::int64_t since_1970)
{
    return text_of(rill::detail::utc_timestamp_ms(sys_time<milliseconds>(milliseconds(since_1970))));
}

} // namespace

BOOST_AUTO_TEST_CASE(dates_of_http)
{
    BOOST_TEST(http_date(784'111'777) == "Sun, 06 Nov 1994 08:49:37 GMT"); // the example of the RFC
    BOOST_TEST(http_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
    BOOST_TEST(http_date(-1) == "Wed, 31 Dec 1969 23:59:59 GMT");
    BOOST_TEST(http_date(951'782'400) == "Tue, 29 Feb 2000 00:00:00 GMT");
    BOOST_TEST(http_date(4'102'444'799) == "Thu, 31 Dec 2099 23:59:59 GMT");
    for (int month = 0; month < 12; ++month) { // every 31 days from 1 January 2026: one date in each month
        const auto date = http_date(1'767'225'600 + month * std::int64_t{31} * 86'400);
        BOOST_TEST(date.substr(8, 3) == std::string("JanFebMarAprMayJunJulAugSepOctNovDec").substr(3U * month, 3));
    }
    for (int day = 0; day < 7; ++day) {
        BOOST_TEST(http_date(day * 86'400).substr(0, 3) == std::string("ThuFriSatSunMonTueWed").substr(3U * day, 3));
    }
}

BOOST_AUTO_TEST_CASE(timestamps)
{
    BOOST_TEST(timestamp(0) == "1970-01-01T00:00:00Z");
    BOOST_TEST(timestamp(784'111'777) == "1994-11-06T08:49:37Z");
    BOOST_TEST(timestamp_ms(784'111'777'005) == "1994-11-06T08:49:37.005Z");
    BOOST_TEST(timestamp_ms(951'868'799'999) == "2000-02-29T23:59:59.999Z");
    BOOST_TEST(timestamp_ms(-1) == "1969-12-31T23:59:59.999Z");
}

BOOST_AUTO_TEST_CASE(a_year_outside_four_digits_becomes_the_nearest_valid_time)
{
    constexpr auto end = std::int64_t{253'402'300'800}; // the year 10000
    BOOST_TEST(http_date(end - 1) == "Fri, 31 Dec 9999 23:59:59 GMT");
    BOOST_TEST(http_date(end) == "Fri, 31 Dec 9999 23:59:59 GMT");
    BOOST_TEST(http_date(INT64_MAX) == "Fri, 31 Dec 9999 23:59:59 GMT");
    BOOST_TEST(http_date(INT64_MIN) == "Sat, 01 Jan 0000 00:00:00 GMT");
    BOOST_TEST(timestamp(INT64_MAX) == "9999-12-31T23:59:59Z");
    BOOST_TEST(timestamp(INT64_MIN) == "0000-01-01T00:00:00Z");
    BOOST_TEST(timestamp_ms(INT64_MAX) == "9999-12-31T23:59:59.000Z");
    BOOST_TEST(timestamp_ms(INT64_MIN) == "0000-01-01T00:00:00.000Z");
}

BOOST_AUTO_TEST_SUITE_END()
