#include "http/problem_text.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(problem_text_test)

BOOST_AUTO_TEST_CASE(members_and_escapes)
{
    using rill::detail::problem_text;
    BOOST_TEST(problem_text(rill::status::not_found, "", "") ==
               R"({"type":"about:blank","title":"Not Found","status":404})");
    BOOST_TEST(problem_text(rill::status::conflict, "a \"title\"", "line\n") ==
               R"({"type":"about:blank","title":"a \"title\"","status":409,"detail":"line\n"})");
}

BOOST_AUTO_TEST_SUITE_END()
