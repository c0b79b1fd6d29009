#include <rill/pubsub/options.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(pubsub_options_test)

BOOST_AUTO_TEST_CASE(every_reason_has_a_name)
{
    for (auto reason = 0; reason <= static_cast<int>(rill::pubsub::slow_reason::over_capacity); ++reason) {
        BOOST_TEST(to_string(static_cast<rill::pubsub::slow_reason>(reason)) != "unknown");
    }
}

BOOST_AUTO_TEST_SUITE_END()
