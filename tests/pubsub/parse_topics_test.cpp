#include "pubsub/parse_topics.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(parse_topics_test)

BOOST_AUTO_TEST_CASE(names_and_patterns)
{
    using rill::pubsub::detail::parse_topics;
    const auto topics = parse_topics({"b", "a/*"});
    BOOST_REQUIRE(topics.has_value());
    BOOST_REQUIRE_EQUAL(topics->size(), 2U);
    BOOST_TEST((*topics)[0].text() == "b");
    BOOST_TEST(!(*topics)[1].is_exact());
    BOOST_TEST((parse_topics({"a", "b*"}).error() == rill::error::invalid_topic));
    BOOST_TEST((parse_topics({}).error() == rill::error::invalid_topic));
}

BOOST_AUTO_TEST_SUITE_END()
