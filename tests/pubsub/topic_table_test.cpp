#include "pubsub/topic_table.hpp"

#include "store_stage.hpp"

using namespace rill_test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(topic_table_test)

BOOST_AUTO_TEST_CASE(subscribers_and_their_names)
{
    const topic_kinds kinds({}, {});
    topic_table table(kinds, {});
    const auto add = [&](std::vector<topic_pattern> topics, const std::string& name) {
        return table.add_subscriber(std::move(topics), name, 0, {});
    };
    const auto ann = add({pattern("a"), pattern("b")}, "ann");
    const auto bob = add({pattern("a")}, "bob");
    const auto nobody = add({pattern("a"), pattern("*")}, {});
    BOOST_TEST(ann->first.size() == 2U);
    BOOST_TEST(bob->first.empty());
    BOOST_TEST(table.subscribers("a") == 3U);
    BOOST_TEST(table.subscribers("b") == 1U);
    BOOST_TEST(table.subscribers("c") == 0U);
    BOOST_TEST((table.subscriber_names("a") == std::vector<std::string>{"ann", "bob"}));
    const auto a = table.pointer_to(*table.find("a"));
    table.remove_subscriber(*bob->filter, {});
    BOOST_TEST((table.subscriber_names("a") == std::vector<std::string>{"ann"}));
    table.remove_subscriber(*nobody->filter, {});
    BOOST_TEST(!a->keep_alive);
    table.remove_subscriber(*ann->filter, {});
    BOOST_TEST(table.subscriber_names("a").empty());
    BOOST_TEST(a->keep_alive.get() == a.get());
    a->keep_alive.reset();
    table.find("b")->keep_alive.reset();
}

BOOST_AUTO_TEST_CASE(the_number_of_topics_is_bounded)
{
    const auto store = make_store({.max_topics = 2});
    BOOST_TEST(publish(*store, "a", {.data = "x"}, {}).has_value());
    BOOST_TEST((store->subscribe({pattern("b"), pattern("c")}, {}).error() == rill::error::too_many_topics));
    BOOST_TEST((topic_names(*store) == std::vector<std::string>{"a"}));
    auto b = subscribe(*store, {pattern("b")});
    BOOST_TEST((publish(*store, "c", {.data = "x"}, {}).error() == rill::error::too_many_topics));
    BOOST_TEST(publish(*store, "b", {.data = "x"}, {}).has_value());
    store->unsubscribe(std::move(b));
}

// At the limit, idle topics are removed at once. Otherwise the next sweep removes them. Here a sweep is due every 25 s.
BOOST_AUTO_TEST_CASE(at_the_limit_idle_topics_are_removed_at_once)
{
    const auto store = make_store({.max_topics = 2, .idle = 100s, .now = &manual_time});
    const auto publish_at = [&](int second, std::string_view topic) {
        time_passed = std::chrono::seconds(second);
        return publish(*store, topic, {.data = "x"}, {}).has_value();
    };
    const auto topics = [&] {
        std::string names;
        for (const auto& name : topic_names(*store)) {
            names += name;
        }
        return names;
    };
    BOOST_TEST(publish_at(0, "a"));
    BOOST_TEST(publish_at(90, "b")); // sweeps, but "a" may remain for another ten seconds
    BOOST_TEST(topics() == "ab");
    BOOST_TEST(!publish_at(99, "c"));
    BOOST_TEST(publish_at(101, "c"));
    BOOST_TEST(topics() == "bc");
    BOOST_TEST(publish_at(185, "c")); // sweeps
    BOOST_TEST(topics() == "bc");
    BOOST_TEST((store->subscribe({pattern("d")}, {}).error() == rill::error::too_many_topics));
    time_passed = 191s;
    auto d = subscribe(*store, {pattern("d")});
    BOOST_TEST(topics() == "cd");
    BOOST_TEST(publish_at(286, "e"));
    BOOST_TEST(!publish_at(385, "f")); // "d" has a subscriber
    BOOST_TEST(topics() == "de");
    store->unsubscribe(std::move(d));
}

BOOST_AUTO_TEST_CASE(a_topic_without_events_is_removed_with_its_last_subscriber)
{
    const auto store = make_store({.idle = 60s});
    auto one = subscribe(*store, {pattern("a"), pattern("b")});
    auto two = subscribe(*store, {pattern("b")});
    BOOST_REQUIRE(publish(*store, "c", {.data = "x"}, {}).has_value());
    BOOST_TEST((topic_names(*store) == std::vector<std::string>{"a", "b", "c"}));
    store->unsubscribe(std::move(one));
    BOOST_TEST((topic_names(*store) == std::vector<std::string>{"b", "c"}));
    BOOST_REQUIRE(publish(*store, "b", {.data = "x"}, {}).has_value());
    store->unsubscribe(std::move(two));
    BOOST_TEST((topic_names(*store) == std::vector<std::string>{"b", "c"})); // a client may still need its past events
}

BOOST_AUTO_TEST_CASE(idle_topics_are_removed_and_remembered)
{
    time_passed = 0ms;
    const auto store = make_store({.idle = 1ms, .now = &manual_time});
    BOOST_REQUIRE(publish(*store, "gone", {.data = "x"}, {}).has_value());
    auto kept = subscribe(*store, {pattern("kept")});
    BOOST_REQUIRE(publish(*store, "kept", {.data = "x"}, {}).has_value());
    time_passed = 5ms;
    store->sweep();
    BOOST_TEST((topic_names(*store) == std::vector<std::string>{"kept"}));
    auto again = subscribe(*store, {pattern("gone")});
    const auto has_gap = [&](const filter_pointer& filter, std::string_view id) {
        return bool(find_start(*store, *filter, id, UINT64_MAX).gap);
    };
    BOOST_TEST(has_gap(again, "0"));
    BOOST_TEST(!has_gap(again, "1")); // the client has seen everything
    BOOST_TEST(!has_gap(kept, "0"));
    auto all = subscribe(*store, {pattern("*")});
    BOOST_TEST(has_gap(all, "0"));
    for (auto* filter : {&kept, &again, &all}) {
        store->unsubscribe(std::move(*filter));
    }
}

// They are dropped even if no new event replaces them.
BOOST_AUTO_TEST_CASE(old_events_are_not_held)
{
    time_passed = 0ms;
    const auto store = make_store({.by_topic = {{"quick", {.replay = {.max_age = 1ms}}}}, .now = &manual_time});
    for (const auto* topic : {"quick", "slow"}) {
        BOOST_REQUIRE(publish(*store, topic, {.data = "x"}, {}).has_value());
    }
    time_passed = 5ms;
    BOOST_TEST(store->stats().held_events == 1U);
    BOOST_REQUIRE(publish(*store, "quick", {.data = "x"}, {}).has_value());
    auto quick = subscribe(*store, {pattern("quick")});
    time_passed = 10ms;
    BOOST_REQUIRE(publish(*store, "slow", {.data = "x"}, {}).has_value()); // sweeps
    std::vector<found_event> found;
    const auto missed = collect(*store, *quick, {.seen = 2, .known_lost = 2}, 4, 10, found);
    BOOST_TEST(found.empty());
    BOOST_TEST(missed.lost_until == 3U);
    store->unsubscribe(std::move(quick));
}

BOOST_AUTO_TEST_CASE(the_maximum_times_do_not_overflow)
{
    const auto store = make_store({.channel = {.replay = {.max_age = std::chrono::milliseconds::max()}},
                                   .max_topics = 10,
                                   .idle = std::chrono::milliseconds::max()});
    BOOST_REQUIRE(publish(*store, "a", {.data = "x"}, {}).has_value());
    store->sweep();
    BOOST_REQUIRE(publish(*store, "b", {.data = "x"}, {}).has_value());
    BOOST_TEST((topic_names(*store) == std::vector<std::string>{"a", "b"}));
    BOOST_TEST(store->stats().held_events == 2U);
}

BOOST_AUTO_TEST_CASE(an_invalid_time)
{
    BOOST_CHECK_THROW(make_store({.idle = -1ms}), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
