#include "pubsub/event_log.hpp"

#include "log_stage.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(event_log_past_test)

BOOST_AUTO_TEST_CASE(topics_share_one_sequence)
{
    const auto log = make_log();
    for (const auto* topic : {"a", "b", "a", "c", "b"}) {
        BOOST_REQUIRE(log->publish(topic, {.data = "x"}, {}).has_value());
    }
    auto a = enter(*log, {pattern("a")});
    auto both = enter(*log, {pattern("b"), pattern("a"), pattern("b")});
    auto all = enter(*log, {pattern("**"), pattern("a")});
    BOOST_TEST(ids(*log, *a, 0, 5) == "1 3");
    BOOST_TEST(ids(*log, *both, 0, 5) == "1 2 3 5");
    BOOST_TEST(ids(*log, *both, 1, 4) == "2 3");
    BOOST_TEST(ids(*log, *both, 0, 5, 2) == "1 2");
    BOOST_TEST(ids(*log, *all, 0, 5) == "1 2 3 4 5");
    BOOST_TEST(log->subscribers("a") == 3U);
    BOOST_TEST(log->subscribers("b") == 1U);
    for (auto* i : {&a, &both, &all}) {
        log->leave(std::move(*i));
    }
    BOOST_TEST(log->subscribers("a") == 0U);
}

BOOST_AUTO_TEST_CASE(a_loss_is_news_only_once)
{
    const auto log = make_log({.channel = {.replay = {.events = 2}}});
    for (int i = 0; i < 5; ++i) {
        BOOST_REQUIRE(log->publish("a", {.data = "x"}, {}).has_value());
    }
    auto a = enter(*log, {pattern("a")});
    std::vector<event_log::found_event> found;
    const auto first = log->collect(*a, {.seen = 1, .told = 1}, 5, 1, found);
    BOOST_TEST(first.lost);
    BOOST_TEST(first.lost_until == 3U);
    BOOST_TEST(first.remaining == 2U);
    BOOST_TEST(found.front().sequence == 4U);
    BOOST_TEST(!log->collect(*a, {.seen = 1, .told = 3}, 5, 1, found).lost);
    BOOST_TEST(!log->collect(*a, {.seen = 3, .told = 3}, 5, 1, found).lost);
    log->leave(std::move(a));
}

BOOST_AUTO_TEST_SUITE_END()
