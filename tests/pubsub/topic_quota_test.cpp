#include "pubsub/topic_quota.hpp"

#include "store_stage.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(topic_quota_test)

BOOST_AUTO_TEST_CASE(counters)
{
    topic_quota quota(8, 3);
    const auto add = [&](std::uint64_t client) {
        quota.prepare(client);
        quota.add(client);
    };
    BOOST_TEST(quota.allows(6, 0, 0));
    BOOST_TEST(!quota.allows(7, 0, 0)); // a quarter is reserved for topics with events
    BOOST_TEST(!quota.allows(6, 3, 0));
    BOOST_TEST(quota.allows(3, 0, 1));
    BOOST_TEST(!quota.allows(4, 0, 1));
    add(1);
    add(1);
    BOOST_TEST(quota.allows(1, 2, 1));
    BOOST_TEST(!quota.allows(2, 2, 1));
    BOOST_TEST(quota.allows(3, 2, 2));
    BOOST_TEST(!quota.allows(5, 2, 0));
    quota.remove(1);
    BOOST_TEST(quota.allows(2, 1, 1));
    BOOST_TEST(quota.allows(5, 1, 0));
}

namespace {

std::vector<topic_pattern> names(char first, int count)
{
    std::vector<topic_pattern> made;
    for (int i = 0; i < count; ++i) {
        made.push_back(pattern(first + std::to_string(i)));
    }
    return made;
}

} // namespace

// Topics that only have subscribers leave a quarter of the table to topics with events.
BOOST_AUTO_TEST_CASE(topics_without_events_leave_room_for_topics_with_events)
{
    const auto store = make_store({.max_topics = 8});
    auto six = subscribe(*store, names('l', 6));
    BOOST_TEST((store->subscribe(names('m', 1), {}).error() == rill::error::too_many_topics));
    BOOST_TEST(publish(*store, "p", {.data = "x"}, {}).has_value());
    BOOST_TEST(publish(*store, "l0", {.data = "x"}, {}).has_value()); // the topic has an event now
    auto one = subscribe(*store, names('m', 1));
    BOOST_TEST((publish(*store, "q", {.data = "x"}, {}).error() == rill::error::too_many_topics));
    store->unsubscribe(std::move(one));
    BOOST_TEST(publish(*store, "q", {.data = "x"}, {}).has_value());
    store->unsubscribe(std::move(six));
}

BOOST_AUTO_TEST_CASE(the_topics_of_one_client_are_bounded)
{
    const auto store = make_store({.max_topics = 100, .max_topics_per_client = 4});
    const auto subscribe_as = [&](std::uint64_t client, std::vector<topic_pattern> topics) {
        return store->subscribe(std::move(topics), {}, client);
    };
    auto three = subscribe_as(7, names('a', 3));
    BOOST_REQUIRE(three.has_value());
    BOOST_TEST((subscribe_as(7, names('b', 2)).error() == rill::error::too_many_topics));
    auto others = subscribe_as(8, names('b', 4));  // another client
    auto known = subscribe_as(7, names('b', 4));   // topics that exist already
    auto handler = subscribe_as(0, names('c', 9)); // no client
    BOOST_REQUIRE((others && known && handler));
    BOOST_REQUIRE(publish(*store, "a0", {.data = "x"}, {}).has_value()); // a topic with an event does not count
    auto two = subscribe_as(7, names('d', 2));
    BOOST_REQUIRE(two.has_value());
    BOOST_TEST(!subscribe_as(7, names('e', 1)).has_value());
    store->unsubscribe(std::move(two->filter));
    store->unsubscribe(std::move(others->filter)); // the topics remain, and still count for client 8
    BOOST_TEST(!subscribe_as(8, names('e', 1)).has_value());
    store->unsubscribe(std::move(known->filter));
    for (const std::uint64_t client : {7, 8}) {
        auto again = subscribe_as(client, names('e', 2));
        BOOST_REQUIRE(again.has_value());
        store->unsubscribe(std::move(again->filter));
    }
    store->unsubscribe(std::move(three->filter));
    store->unsubscribe(std::move(handler->filter));
    BOOST_TEST((topic_names(*store) == std::vector<std::string>{"a0"}));
}

BOOST_AUTO_TEST_SUITE_END()
