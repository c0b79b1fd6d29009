#include "http/media_type.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(media_type_test)

BOOST_AUTO_TEST_CASE(parameters_and_spaces_are_removed)
{
    using rill::detail::media_type;
    BOOST_TEST(media_type("text/plain") == "text/plain");
    BOOST_TEST(media_type(" text/plain\t; charset=utf-8") == "text/plain");
    BOOST_TEST(media_type("application/json;a=\";\"") == "application/json");
    BOOST_TEST(media_type("; q=1") == "");
    BOOST_TEST(media_type("") == "");
}

BOOST_AUTO_TEST_SUITE_END()
