#include <boost/test/unit_test.hpp>
#include <harness/support/share.hpp>

using bench::parse_share;

BOOST_AUTO_TEST_SUITE(share_test)

BOOST_AUTO_TEST_CASE(a_share_is_a_percentage_or_a_fraction)
{
    BOOST_TEST(parse_share("10%").value() == 0.1);
    BOOST_TEST(parse_share("0.5 %").value() == 0.005);
    BOOST_TEST(parse_share("0.25").value() == 0.25);
    BOOST_TEST(parse_share("1").value() == 1.0);
    BOOST_TEST(parse_share("100%").value() == 1.0);
}

BOOST_AUTO_TEST_CASE(anything_else_is_an_error)
{
    for (const auto* text : {"", "%", "0", "0%", "-1%", "101%", "10", "10%%", "ten", "nan", "inf"}) {
        BOOST_TEST(!parse_share(text), "'" << text << "' was taken for a share");
    }
}

BOOST_AUTO_TEST_SUITE_END()
