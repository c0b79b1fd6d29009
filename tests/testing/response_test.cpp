#include <boost/test/unit_test.hpp>
#include <rill/testing/response.hpp>

BOOST_AUTO_TEST_SUITE(testing_response_test)

BOOST_AUTO_TEST_CASE(finds_fields_and_cookies)
{
    rill::testing::response answer{.status = 200};
    BOOST_TEST(answer.headers.add("Content-Type", "text/plain").has_value());
    BOOST_TEST(answer.headers.add("Set-Cookie", "other=1").has_value());
    BOOST_TEST(answer.headers.add("Set-Cookie", "session=a=b; Path=/; HttpOnly").has_value());
    BOOST_TEST(answer.header("content-type") == "text/plain");
    BOOST_TEST(answer.header("none").empty());
    BOOST_TEST(answer.cookie("session") == "a=b");
    BOOST_TEST(answer.cookie("other") == "1");
    BOOST_TEST(answer.cookie("none").empty());
}

BOOST_AUTO_TEST_CASE(makes_the_field_of_a_cookie)
{
    const auto field = rill::testing::cookie("session", "abc");
    BOOST_TEST(field.name == "Cookie");
    BOOST_TEST(field.value == "session=abc");
}

BOOST_AUTO_TEST_SUITE_END()
