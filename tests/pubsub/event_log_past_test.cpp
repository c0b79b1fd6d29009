#include "pubsub/event_log.hpp"

#include <random>

#include "log_stage.hpp"
#include "support/cpu_time.hpp"

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

// A stream with patterns follows the order of all events. It finds what one finds that names its topics, and so looks
// into each of them.
BOOST_AUTO_TEST_CASE(in_order_or_topic_by_topic)
{
    const std::vector<std::string> topics{"a", "b", "c", "k/1", "k/2"};
    for (unsigned seed = 1; seed <= 50; ++seed) {
        std::mt19937 random(seed);
        const auto upto = [&](unsigned n) { return static_cast<unsigned>(random() % (n + 1)); };
        const auto log = make_log(
            {.channel = {.replay = {.events = 6}}, .by_topic = {{"k/*", {.slow = slow_policy::latest_per_key}}}});
        auto in_order = enter(*log, {pattern("*"), pattern("k/**")});
        auto by_topic = enter(*log, {pattern("a"), pattern("b"), pattern("c"), pattern("k/1"), pattern("k/2")});
        cursor place{};
        std::uint64_t newest = 0;
        for (int step = 0; step < 200; ++step) {
            for (auto n = upto(3); n != 0; --n, ++newest) {
                BOOST_REQUIRE(log->publish(topics[upto(4)], {.data = "x"}, std::string(1, char('p' + upto(2)))));
            }
            std::vector<event_log::found_event> found;
            std::vector<event_log::found_event> expected;
            const auto ours = log->collect(*in_order, place, newest, 1, found);
            const auto theirs = log->collect(*by_topic, place, newest, 1, expected);
            BOOST_REQUIRE_EQUAL(found.size(), expected.size());
            BOOST_REQUIRE(!ours.lost || theirs.lost);
            if (!found.empty()) {
                BOOST_REQUIRE_EQUAL(found[0].sequence, expected[0].sequence);
                // Nothing that is wanted, and is lost unknown to it, has been passed.
                BOOST_REQUIRE(ours.lost || !theirs.lost || theirs.lost_until >= found[0].sequence);
            }
            if (ours.lost) {
                BOOST_REQUIRE_EQUAL(ours.lost_until, theirs.lost_until);
                place.told = ours.lost_until;
            } else if (!found.empty() && upto(2) != 0) {
                place.seen = found[0].sequence;
            }
        }
        log->leave(std::move(in_order));
        log->leave(std::move(by_topic));
    }
}

// The mutex is not held for long.
BOOST_AUTO_TEST_CASE(a_rare_event_among_many)
{
    const auto log = make_log();
    auto rare = enter(*log, {pattern("rare/*")});
    for (int i = 1; i <= 3000; ++i) {
        BOOST_REQUIRE(log->publish("often", {.data = "x"}, {}).has_value());
    }
    BOOST_REQUIRE(log->publish("rare/1", {.data = "x"}, {}).has_value());
    cursor place{};
    std::vector<event_log::found_event> found;
    for (const auto passed : {1024U, 2048U}) {
        const auto outcome = log->collect(*rare, place, 3001, 1, found);
        BOOST_TEST(outcome.passed == passed);
        BOOST_TEST(found.empty());
        place.seen = outcome.passed;
    }
    BOOST_TEST(log->collect(*rare, place, 3001, 1, found).passed == 0U);
    BOOST_REQUIRE_EQUAL(found.size(), 1U);
    BOOST_TEST(found[0].sequence == 3001U);
    log->leave(std::move(rare));
}

BOOST_AUTO_TEST_CASE(topics_that_are_removed_are_no_longer_in_the_order)
{
    static std::chrono::seconds second{0};
    const auto log = make_log({.idle = std::chrono::seconds(100),
                               .now = [] { return replay_buffer::clock::time_point(std::chrono::hours(1)) + second; }});
    auto all = enter(*log, {pattern("**")});
    auto kept = enter(*log, {pattern("kept")});
    for (const auto* topic : {"gone", "kept", "gone", "kept"}) {
        BOOST_REQUIRE(log->publish(topic, {.data = "x"}, {}).has_value());
    }
    BOOST_TEST(ids(*log, *all, 0, 4) == "1 2 3 4");
    second = std::chrono::seconds(200);
    log->sweep();
    BOOST_TEST((log->topics() == std::vector<std::string>{"kept"}));
    std::vector<event_log::found_event> found;
    const auto missed = log->collect(*all, {.seen = 0, .told = 0}, 4, 10, found);
    BOOST_TEST(missed.lost); // perhaps something of the one that is gone
    BOOST_TEST(found.size() == 2U);
    BOOST_TEST(ids(*log, *all, 3, 4) == "4");
    log->leave(std::move(all));
    log->leave(std::move(kept));
}

namespace {

// What it takes to find the place of a stream that names all topics, and has a pattern that matches them as well.
std::chrono::nanoseconds time_to_begin(int topics)
{
    const auto log = make_log({.channel = {.replay = {.events = 1}, .history = 1}});
    std::vector<topic_pattern> names{pattern("*")};
    for (int i = 0; i < topics; ++i) {
        names.push_back(pattern("topic" + std::to_string(i)));
        BOOST_REQUIRE(log->publish(names.back().text(), {.data = "x"}, {}).has_value());
    }
    return cpu_time_of([&] {
        auto wanted = enter(*log, names);
        BOOST_TEST(log->begin(*wanted, {}, log->newest()).place.seen + 1 == log->newest());
        BOOST_TEST(ids(*log, *wanted, 0, log->newest(), 1) == "1");
        log->leave(std::move(wanted));
    });
}

} // namespace

// Sixteen times as many: not 256 times the work.
BOOST_AUTO_TEST_CASE(names_beside_patterns_are_found_at_once)
{
    const auto few = time_to_begin(400);
    const auto many = time_to_begin(6'400);
    BOOST_TEST(many.count() < 80 * few.count());
}

BOOST_AUTO_TEST_CASE(patterns_that_overlap_find_each_topic_once)
{
    const auto log = make_log();
    for (const auto* topic : {"a/1", "a/b/1", "a/b/c", "a", "ab", "b/1", "z"}) {
        BOOST_REQUIRE(log->publish(topic, {.data = "x"}, {}).has_value());
    }
    const auto found = [&](std::vector<topic_pattern> topics) {
        auto wanted = enter(*log, std::move(topics));
        auto text = ids(*log, *wanted, 0, log->newest());
        log->leave(std::move(wanted));
        return text;
    };
    BOOST_TEST(found({pattern("a/b/*"), pattern("a/**"), pattern("a/*")}) == "1 2 3");
    BOOST_TEST(found({pattern("a/*"), pattern("b/*"), pattern("z"), pattern("a/1")}) == "1 6 7");
    BOOST_TEST(found({pattern("*/1"), pattern("a/b/**")}) == "1 2 3 6");
    BOOST_TEST(found({pattern("**"), pattern("a/b/*")}) == "1 2 3 4 5 6 7");
}

BOOST_AUTO_TEST_SUITE_END()
