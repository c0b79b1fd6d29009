#include "redis/known_primary.hpp"

#include <boost/test/unit_test.hpp>

using rill::redis::detail::known_primary;

BOOST_AUTO_TEST_SUITE(redis_known_primary_test)

BOOST_AUTO_TEST_CASE(the_newest_configuration_names_the_primary)
{
    known_primary tested;
    BOOST_TEST(!tested.was_replaced("a:1"));
    BOOST_TEST(tested.learn("a:1", 3));
    BOOST_TEST(!tested.was_replaced("a:1"));
    BOOST_TEST(tested.was_replaced("b:1"));
    BOOST_TEST(tested.learn("b:1", 4));
    BOOST_TEST(tested.was_replaced("a:1"));
    BOOST_TEST(!tested.learn("a:1", 3));
    BOOST_TEST(!tested.was_replaced("b:1"));
    BOOST_TEST(tested.learn("c:1", 4)); // somebody has changed the configuration
    BOOST_TEST(tested.was_replaced("b:1"));
    tested.forget_version();
    BOOST_TEST(tested.learn("a:1", 1));
    BOOST_TEST(!tested.was_replaced("a:1"));
}

BOOST_AUTO_TEST_CASE(the_age_counts_from_the_begin_of_the_inquiry)
{
    known_primary tested;
    const auto now = known_primary::clock::now();
    BOOST_TEST(tested.is_older_than(now));
    tested.asked(now);
    BOOST_TEST(!tested.is_older_than(now));
    BOOST_TEST(tested.is_older_than(now + std::chrono::nanoseconds(1)));
}

BOOST_AUTO_TEST_SUITE_END()
