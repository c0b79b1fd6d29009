#include "client/permanent_redirect.hpp"

#include <boost/test/unit_test.hpp>

using rill::client::request;
using rill::client::detail::permanent_redirect;

BOOST_AUTO_TEST_SUITE(permanent_redirect_test)

BOOST_AUTO_TEST_CASE(a_request_goes_to_the_new_url)
{
    const permanent_redirect moved{"http://a.test/old", "http://a.test/new"};
    request r("http://a.test/old");
    BOOST_REQUIRE(r.headers.set("Authorization", "Bearer x").has_value());
    moved.apply(r);
    BOOST_TEST(r.url == "http://a.test/new");
    BOOST_TEST(r.headers.contains("Authorization"));
}

BOOST_AUTO_TEST_CASE(another_origin_gets_no_credentials)
{
    const permanent_redirect moved{"http://a.test/old", "http://b.test/new"};
    request r("http://a.test/old");
    BOOST_REQUIRE(r.headers.set("Authorization", "Bearer x").has_value());
    moved.apply(r);
    BOOST_TEST(r.url == "http://b.test/new");
    BOOST_TEST(!r.headers.contains("Authorization"));
}

BOOST_AUTO_TEST_CASE(another_url_is_not_changed)
{
    const permanent_redirect moved{"http://a.test/old", "http://a.test/new"};
    request r("http://a.test/other");
    moved.apply(r);
    BOOST_TEST(r.url == "http://a.test/other");
}

BOOST_AUTO_TEST_SUITE_END()
