#include "pubsub/topic_kinds.hpp"

#include "past_stage.hpp"

using namespace rill_test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(topic_kinds_test)

BOOST_AUTO_TEST_CASE(the_first_entry_that_matches_applies)
{
    const topic_kinds kinds({.history = 1}, {{"a/1", {.history = 2}}, {"a/*", {.history = 3}}});
    BOOST_TEST(kinds.count() == 3U);
    BOOST_TEST(kinds.options(kinds.of("a/1")).history == 2U);
    BOOST_TEST(kinds.options(kinds.of("a/2")).history == 3U);
    BOOST_TEST(kinds.options(kinds.of("b")).history == 1U);
}

BOOST_AUTO_TEST_CASE(the_kind_of_a_stream)
{
    past_stage s({}, {{"a/**", {.slow = slow_policy::latest_per_key}}, {"b", {}}});
    BOOST_TEST(s.filter({"a/1", "a/2"})->kind == 1U);
    BOOST_TEST(s.filter({"a/*"})->kind == 1U);
    BOOST_TEST(s.filter({"a/1", "b"})->kind == 0U); // the topics have different kinds
    BOOST_TEST(s.filter({"a/1", "b"})->conflates);
    BOOST_TEST(s.filter({"*/1"})->conflates); // the pattern may match a conflated topic
    BOOST_TEST(!s.filter({"b", "c/*"})->conflates);
}

BOOST_AUTO_TEST_CASE(the_shortest_age_of_all_kinds)
{
    BOOST_TEST((topic_kinds({}, {{"a", {}}}).shortest_age() == 0ms));
    const topic_kinds kinds({.replay = {.max_age = 5s}}, {{"a", {.replay = {.max_age = 2s}}}, {"b", {}}});
    BOOST_TEST((kinds.shortest_age() == 2s));
}

BOOST_AUTO_TEST_CASE(each_kind_has_its_maximum_event_size)
{
    const topic_kinds kinds({.max_event_bytes = 2}, {{"large", {.max_event_bytes = 4}}});
    BOOST_TEST(!kinds.is_too_large("a", {.data = "12"}));
    BOOST_TEST(kinds.is_too_large("a", {.data = "123"}));
    BOOST_TEST(!kinds.is_too_large("large", {.data = "123"}));
    BOOST_TEST(kinds.is_too_large("large", {.data = "1234", .comment = "5"}));
}

BOOST_AUTO_TEST_CASE(invalid_options)
{
    BOOST_CHECK_THROW(topic_kinds({.heartbeat = -1ms}, {}), std::invalid_argument);
    BOOST_CHECK_THROW(topic_kinds({}, {{"a", {.replay = {.max_age = -1ms}}}}), std::invalid_argument);
    BOOST_CHECK_THROW(topic_kinds({}, {{"a*", {}}}), std::invalid_argument);
    BOOST_CHECK_THROW(topic_kinds({.snapshot_use = {.max_age = -1ms}}, {}), std::invalid_argument);
    BOOST_CHECK_THROW(topic_kinds({.snapshot_use = {.max_calls = 0}}, {}), std::invalid_argument);
    BOOST_CHECK_THROW(topic_kinds({.snapshot_use = {.timeout = 0ms}}, {}), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
