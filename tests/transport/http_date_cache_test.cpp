#include "transport/http_date_cache.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(http_date_cache_test)

using rill::transport::http_date_cache;

BOOST_AUTO_TEST_CASE(the_date_is_an_imf_fixdate)
{
    http_date_cache date;
    BOOST_TEST(date.get(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT"); // RFC 9110, 5.6.7
    BOOST_TEST(date.get(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
    BOOST_TEST(date.get().size() == 29U);
}

BOOST_AUTO_TEST_CASE(a_test_sets_the_time)
{
    http_date_cache date;
    date.use_manual_time(784111777);
    BOOST_TEST(date.get() == "Sun, 06 Nov 1994 08:49:37 GMT");
    date.use_manual_time(784111778);
    BOOST_TEST(date.get() == "Sun, 06 Nov 1994 08:49:38 GMT");
}

BOOST_AUTO_TEST_CASE(a_second_is_formatted_once)
{
    http_date_cache date;
    const auto* first = date.get(1).data();
    BOOST_TEST(date.get(1) == "Thu, 01 Jan 1970 00:00:01 GMT");
    BOOST_TEST((date.get(1).data() == first));
    BOOST_TEST(date.get(2) == "Thu, 01 Jan 1970 00:00:02 GMT");
}

BOOST_AUTO_TEST_SUITE_END()
