#include "pubsub/event_log.hpp"

#include "log_stage.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(event_log_presence_test)

BOOST_AUTO_TEST_CASE(the_number_of_topics_is_bounded)
{
    const auto log = make_log({.topics = 2});
    BOOST_TEST(log->publish("a", {.data = "x"}, {}).has_value());
    BOOST_TEST((log->enter({pattern("b"), pattern("c")}, {}).error() == rill::error::too_many_topics));
    BOOST_TEST((log->topics() == std::vector<std::string>{"a"}));
    auto b = enter(*log, {pattern("b")});
    BOOST_TEST((log->publish("c", {.data = "x"}, {}).error() == rill::error::too_many_topics));
    BOOST_TEST(log->publish("b", {.data = "x"}, {}).has_value());
    log->leave(std::move(b));
}

namespace {

std::chrono::seconds seconds_passed{0};

replay_buffer::clock::time_point manual_time()
{
    return replay_buffer::clock::time_point(std::chrono::hours(1)) + seconds_passed;
}

} // namespace

// Not only when the next sweep is due, which here is every 25 s: those who come would be refused for as long.
BOOST_AUTO_TEST_CASE(at_the_limit_idle_topics_make_room_at_once)
{
    const auto log = make_log({.topics = 2, .idle = std::chrono::seconds(100), .now = &manual_time});
    const auto publish_at = [&](int second, std::string_view topic) {
        seconds_passed = std::chrono::seconds(second);
        return log->publish(topic, {.data = "x"}, {}).has_value();
    };
    const auto topics = [&] {
        std::string names;
        for (const auto& name : log->topics()) {
            names += name;
        }
        return names;
    };
    BOOST_TEST(publish_at(0, "a"));
    BOOST_TEST(publish_at(90, "b")); // sweeps: a has another ten seconds
    BOOST_TEST(topics() == "ab");
    BOOST_TEST(!publish_at(99, "c"));
    BOOST_TEST(publish_at(101, "c"));
    BOOST_TEST(topics() == "bc");
    BOOST_TEST(publish_at(185, "c")); // sweeps
    BOOST_TEST(topics() == "bc");
    BOOST_TEST((log->enter({pattern("d")}, {}).error() == rill::error::too_many_topics));
    seconds_passed = std::chrono::seconds(191);
    auto d = enter(*log, {pattern("d")});
    BOOST_TEST(topics() == "cd");
    BOOST_TEST(publish_at(286, "e"));
    BOOST_TEST(!publish_at(385, "f")); // d has a subscriber
    BOOST_TEST(topics() == "de");
    log->leave(std::move(d));
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

BOOST_AUTO_TEST_CASE(a_topic_that_never_had_an_event_goes_with_its_last_subscriber)
{
    const auto log = make_log({.idle = std::chrono::seconds(60)});
    auto one = enter(*log, {pattern("a"), pattern("b")});
    auto two = enter(*log, {pattern("b")});
    BOOST_REQUIRE(log->publish("c", {.data = "x"}, {}).has_value());
    BOOST_TEST((log->topics() == std::vector<std::string>{"a", "b", "c"}));
    log->leave(std::move(one));
    BOOST_TEST((log->topics() == std::vector<std::string>{"b", "c"}));
    BOOST_REQUIRE(log->publish("b", {.data = "x"}, {}).has_value());
    log->leave(std::move(two));
    BOOST_TEST((log->topics() == std::vector<std::string>{"b", "c"})); // its past may be wanted
}

// Those that only listen leave a quarter of the table to those that publish.
BOOST_AUTO_TEST_CASE(topics_that_are_only_listened_to_leave_room_for_events)
{
    const auto log = make_log({.topics = 8});
    auto six = enter(*log, names('l', 6));
    BOOST_TEST((log->enter(names('m', 1), {}).error() == rill::error::too_many_topics));
    BOOST_TEST(log->publish("p", {.data = "x"}, {}).has_value());
    BOOST_TEST(log->publish("l0", {.data = "x"}, {}).has_value()); // is one with events now
    auto one = enter(*log, names('m', 1));
    BOOST_TEST((log->publish("q", {.data = "x"}, {}).error() == rill::error::too_many_topics));
    log->leave(std::move(one));
    BOOST_TEST(log->publish("q", {.data = "x"}, {}).has_value());
    log->leave(std::move(six));
}

BOOST_AUTO_TEST_CASE(one_client_has_its_share_of_the_topics)
{
    const auto log = make_log({.topics = 100, .topics_of_client = 4});
    const auto enter_as = [&](std::uint64_t client, std::vector<topic_pattern> topics) {
        return log->enter(std::move(topics), {}, client);
    };
    auto three = enter_as(7, names('a', 3));
    BOOST_REQUIRE(three.has_value());
    BOOST_TEST((enter_as(7, names('b', 2)).error() == rill::error::too_many_topics));
    auto others = enter_as(8, names('b', 4));  // another client
    auto known = enter_as(7, names('b', 4));   // are there already
    auto handler = enter_as(0, names('c', 9)); // of nobody who is known
    BOOST_REQUIRE((others && known && handler));
    BOOST_REQUIRE(log->publish("a0", {.data = "x"}, {}).has_value()); // one that counts no more
    auto two = enter_as(7, names('d', 2));
    BOOST_REQUIRE(two.has_value());
    BOOST_TEST(!enter_as(7, names('e', 1)).has_value());
    log->leave(std::move(two->wanted));
    log->leave(std::move(others->wanted)); // the topics stay, and are still its
    BOOST_TEST(!enter_as(8, names('e', 1)).has_value());
    log->leave(std::move(known->wanted));
    for (const std::uint64_t client : {7, 8}) {
        auto again = enter_as(client, names('e', 2));
        BOOST_REQUIRE(again.has_value());
        log->leave(std::move(again->wanted));
    }
    log->leave(std::move(three->wanted));
    log->leave(std::move(handler->wanted));
    BOOST_TEST((log->topics() == std::vector<std::string>{"a0"}));
}

// It comes back with the id of its place, which may be old.
BOOST_AUTO_TEST_CASE(who_waits_on_a_quiet_topic_is_told_of_no_gap_of_others)
{
    const auto log = make_log({.idle = std::chrono::seconds(100), .now = &manual_time});
    seconds_passed = std::chrono::seconds(0);
    BOOST_REQUIRE(log->publish("other", {.data = "x"}, {}).has_value());
    BOOST_REQUIRE(log->publish("mine", {.data = "x"}, {}).has_value());
    const auto told_of_gap = [&](std::string_view topic, std::string_view id) {
        auto wanted = enter(*log, {pattern(topic)});
        const bool gap = bool(log->begin(*wanted, id, UINT64_MAX).gap);
        log->leave(std::move(wanted));
        return gap;
    };
    BOOST_TEST(!told_of_gap("quiet", "0"));
    seconds_passed = std::chrono::seconds(200);
    log->sweep();
    BOOST_TEST(log->topics().empty());
    BOOST_TEST(!told_of_gap("quiet", "0"));
    for (int i = 0; i < 2; ++i) { // it goes and comes, without an event
        BOOST_TEST(told_of_gap("mine", "0"));
        BOOST_TEST(told_of_gap("mine", "1"));
        BOOST_TEST(!told_of_gap("mine", "2"));
        BOOST_TEST(told_of_gap("other", "0"));
        BOOST_TEST(!told_of_gap("other", "1"));
    }
    BOOST_TEST(told_of_gap("*", "1"));
}

BOOST_AUTO_TEST_SUITE_END()
