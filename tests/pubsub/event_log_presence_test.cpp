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

BOOST_AUTO_TEST_SUITE_END()
