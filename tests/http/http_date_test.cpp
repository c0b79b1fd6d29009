#include "http/http_date.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(http_date_suite)

namespace {

using rill::detail::parse_http_date;

} // namespace

BOOST_AUTO_TEST_CASE(the_preferred_form)
{
    const std::pair<std::int64_t, std::string> table[] = {
        {784111777, "Sun, 06 Nov 1994 08:49:37 GMT"}, // the example of the RFC
        {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
        {951782400, "Tue, 29 Feb 2000 00:00:00 GMT"},
        {4102444799, "Thu, 31 Dec 2099 23:59:59 GMT"},
    };
    for (const auto& [seconds, text] : table) {
        BOOST_TEST((parse_http_date(text) == seconds));
    }
}

BOOST_AUTO_TEST_CASE(obsolete_forms)
{
    BOOST_TEST((parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT") == 784111777));
    BOOST_TEST((parse_http_date("Sun Nov  6 08:49:37 1994") == 784111777));
    BOOST_TEST((parse_http_date("Tuesday, 29-Feb-00 00:00:00 GMT") == 951782400));
}

BOOST_AUTO_TEST_CASE(malformed_dates)
{
    for (const auto* text :
         {"", "now", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 31 Feb 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT",
          "Sun, 06 nov 1994 08:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 99999999999 08:49:37 GMT",
          "Sun, 06 Nov 1994 08:49:37 GMT x", "784111777", "Sun Nov 6 08:49:37 94"})
    {
        BOOST_TEST_CONTEXT(text)
        {
            BOOST_TEST(!parse_http_date(text).has_value());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
