#include "pubsub/publish.hpp"

#include "store_stage.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(publish_test)

BOOST_AUTO_TEST_CASE(an_event_goes_through_the_backplane_into_the_store)
{
    const auto store = make_store({}, 7);
    BOOST_TEST(publish(*store, "a", {.data = "x"}, "key").value() == "7");
    auto a = subscribe(*store, {pattern("a")});
    std::vector<found_event> found;
    static_cast<void>(collect(*store, *a, {}, 100, 10, found));
    BOOST_REQUIRE_EQUAL(found.size(), 1U);
    BOOST_TEST(found[0].sequence == 7U);
    BOOST_TEST(found[0].event.key() == "key");
    BOOST_TEST(found[0].event.bytes() == "data: x\nid: 7\n\n");
    store->unsubscribe(std::move(a));
}

BOOST_AUTO_TEST_CASE(errors)
{
    const auto store = make_store({.channel = {.max_event_bytes = 2}, .max_topics = 1});
    const auto error_of = [&](std::string_view topic, std::string_view data) {
        return publish(*store, topic, {.data = data}, {}).error();
    };
    BOOST_TEST((error_of("a", "123") == rill::error::message_too_large));
    BOOST_TEST((error_of("a", "\xff") == rill::error::invalid_utf8));
    BOOST_TEST(topic_names(*store).empty());
    BOOST_REQUIRE(publish(*store, "a", {.data = "x"}, {}).has_value());
    BOOST_TEST((error_of("b", "x") == rill::error::too_many_topics));
}

BOOST_AUTO_TEST_SUITE_END()
