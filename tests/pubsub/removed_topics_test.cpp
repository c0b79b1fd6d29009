#include "pubsub/removed_topics.hpp"

#include "store_stage.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(removed_topics_test)

namespace {

void remove(removed_topics& removed, const std::string& name, std::uint64_t sequence)
{
    topic_state topic(name, 0, {});
    if (sequence != 0) {
        topic.buffer.append(std::move(*event_draft::make({.data = "x"})).finish("1"), sequence, {});
    }
    removed.add(topic);
}

} // namespace

BOOST_AUTO_TEST_CASE(each_name_has_its_own_end)
{
    removed_topics removed(3);
    BOOST_TEST(removed.lost_until() == 3U);
    BOOST_TEST(removed.lost_until("a") == 3U);
    remove(removed, "a", 10);
    remove(removed, "b", 7);
    remove(removed, "c", 0); // never had an event
    BOOST_TEST(removed.lost_until() == 10U);
    BOOST_TEST(removed.lost_until("a") == 10U);
    BOOST_TEST(removed.lost_until("b") == 7U);
    BOOST_TEST(removed.lost_until("c") == 3U);
}

BOOST_AUTO_TEST_CASE(the_number_of_names_is_bounded)
{
    removed_topics removed(0);
    for (std::uint64_t i = 1; i <= 16U * 1024 + 1; ++i) {
        remove(removed, "topic" + std::to_string(i), i);
    }
    BOOST_TEST(removed.lost_until("topic1") == 16U * 1024 + 1); // the name was dropped, so all its events may be lost
    BOOST_TEST(removed.lost_until("another") == 16U * 1024 + 1);
}

// A client may reconnect with an old ID.
BOOST_AUTO_TEST_CASE(a_client_of_a_quiet_topic_gets_no_gap_of_other_topics)
{
    const auto store = make_store({.idle = std::chrono::seconds(100), .now = &manual_time});
    time_passed = std::chrono::seconds(0);
    BOOST_REQUIRE(publish(*store, "other", {.data = "x"}, {}).has_value());
    BOOST_REQUIRE(publish(*store, "mine", {.data = "x"}, {}).has_value());
    const auto gets_gap = [&](std::string_view topic, std::string_view id) {
        auto filter = subscribe(*store, {pattern(topic)});
        const bool gap = bool(find_start(*store, *filter, id, UINT64_MAX).gap);
        store->unsubscribe(std::move(filter));
        return gap;
    };
    BOOST_TEST(!gets_gap("quiet", "0"));
    time_passed = std::chrono::seconds(200);
    store->sweep();
    BOOST_TEST(topic_names(*store).empty());
    BOOST_TEST(!gets_gap("quiet", "0"));
    for (int i = 0; i < 2; ++i) { // the topic is created and removed again, without an event
        BOOST_TEST(gets_gap("mine", "0"));
        BOOST_TEST(gets_gap("mine", "1"));
        BOOST_TEST(!gets_gap("mine", "2"));
        BOOST_TEST(gets_gap("other", "0"));
        BOOST_TEST(!gets_gap("other", "1"));
    }
    BOOST_TEST(gets_gap("*", "1"));
}

BOOST_AUTO_TEST_SUITE_END()
