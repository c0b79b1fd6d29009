#include "pubsub/event_log.hpp"

#include <thread>

#include "log_stage.hpp"

using namespace rill_test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(event_log_test)

namespace {

/// A log elsewhere, whose connection may be lost.
struct remote_log final : backplane
{
    reader* to = nullptr;

    rill::result<event_id> append(event_draft event, appended) override
    {
        to->on_event(std::move(event), "r" + std::to_string(++count), 0);
        return event_id();
    }
    void tail(reader& r) override { to = &r; }
    void stop(reader&) override { to = nullptr; }
    int count = 0;
};

} // namespace

BOOST_AUTO_TEST_CASE(idle_topics_are_removed_and_remembered)
{
    const auto log = make_log({.idle = 1ms});
    BOOST_REQUIRE(log->publish("gone", {.data = "x"}, {}).has_value());
    auto kept = enter(*log, {pattern("kept")});
    BOOST_REQUIRE(log->publish("kept", {.data = "x"}, {}).has_value());
    std::this_thread::sleep_for(5ms); // at least
    log->sweep();
    BOOST_TEST((log->topics() == std::vector<std::string>{"kept"}));
    auto again = enter(*log, {pattern("gone")});
    const auto missed = log->begin(*again, "0", UINT64_MAX);
    BOOST_TEST(bool(missed.gap));
    BOOST_TEST(!log->begin(*again, "1", UINT64_MAX).gap); // all that it had was seen
    BOOST_TEST(!log->begin(*kept, "0", UINT64_MAX).gap);  // others are not concerned
    auto all = enter(*log, {pattern("*")});
    BOOST_TEST(bool(log->begin(*all, "0", UINT64_MAX).gap));
    for (auto* i : {&kept, &again, &all}) {
        log->leave(std::move(*i));
    }
}

// Also where nothing is published any more that would push them out.
BOOST_AUTO_TEST_CASE(old_events_are_not_held)
{
    const auto log = make_log({.by_topic = {{"quick", {.replay = {.age = 1ms}}}}});
    for (const auto* topic : {"quick", "slow"}) {
        BOOST_REQUIRE(log->publish(topic, {.data = "x"}, {}).has_value());
    }
    std::this_thread::sleep_for(5ms); // at least
    BOOST_TEST(log->stats().held_events == 1U);
    BOOST_REQUIRE(log->publish("quick", {.data = "x"}, {}).has_value());
    auto quick = enter(*log, {pattern("quick")});
    std::this_thread::sleep_for(5ms);
    BOOST_REQUIRE(log->publish("slow", {.data = "x"}, {}).has_value()); // sweeps
    std::vector<event_log::found_event> found;
    const auto missed = log->collect(*quick, {.seen = 2, .told = 2}, 4, 10, found);
    BOOST_TEST(found.empty());
    BOOST_TEST(missed.lost_until == 3U);
    log->leave(std::move(quick));
}

BOOST_AUTO_TEST_CASE(what_is_unsent_is_bounded)
{
    const auto log = make_log({.channel = {.unsent_bytes = 100}});
    BOOST_TEST(log->hold_unsent(60));
    BOOST_TEST(!log->hold_unsent(60));
    BOOST_TEST(log->stats().unsent_bytes == 60U);
    BOOST_TEST(log->hold_unsent(40));
    log->release_unsent(100);
    BOOST_TEST(log->stats().unsent_bytes == 0U);
}

BOOST_AUTO_TEST_CASE(a_gap_in_the_log_itself_is_an_event)
{
    const auto remote = std::make_shared<remote_log>();
    const auto log = std::make_shared<event_log>(log_settings{}, remote);
    BOOST_TEST(log->publish("a", {.data = "x"}, {}).value().empty()); // the id comes with the event
    remote->to->on_gap();
    BOOST_REQUIRE(log->publish("a", {.data = "x"}, {}).has_value());
    auto a = enter(*log, {pattern("a")});
    std::vector<event_log::found_event> found;
    static_cast<void>(log->collect(*a, {}, 100, 10, found));
    BOOST_REQUIRE_EQUAL(found.size(), 3U);
    BOOST_TEST(found[0].event.id() == "r1");
    BOOST_TEST((found[1].event.kind() == event_kind::gap));
    BOOST_TEST(found[2].event.id() == "r2");
    log->leave(std::move(a));
}

BOOST_AUTO_TEST_CASE(replaced_events_do_not_count_as_history)
{
    const auto log = make_log({.channel = {.history = 2, .slow = slow_policy::latest_per_key}});
    const auto i = enter(*log, {pattern("t")});
    for (const auto* data : {"1", "2"}) {
        BOOST_REQUIRE(log->publish("t", {.data = data}, {}).has_value());
    }
    for (int n = 0; n < 10; ++n) { // 3 to 12
        BOOST_REQUIRE(log->publish("t", {.data = "x"}, "key").has_value());
    }
    const auto start = log->begin(*i, {}, UINT64_MAX);
    BOOST_TEST(ids(*log, *i, start.place.seen, start.newest) == "2 12");
}

BOOST_AUTO_TEST_CASE(the_longest_times_are_long)
{
    const auto log = make_log({.channel = {.replay = {.age = std::chrono::milliseconds::max()}},
                               .topics = 10,
                               .idle = std::chrono::milliseconds::max()});
    BOOST_REQUIRE(log->publish("a", {.data = "x"}, {}).has_value());
    log->sweep();
    BOOST_REQUIRE(log->publish("b", {.data = "x"}, {}).has_value());
    BOOST_TEST((log->topics() == std::vector<std::string>{"a", "b"}));
    BOOST_TEST(log->stats().held_events == 2U);
}

BOOST_AUTO_TEST_CASE(times_that_can_not_be)
{
    BOOST_CHECK_THROW(make_log({.idle = std::chrono::milliseconds(-1)}), std::invalid_argument);
    BOOST_CHECK_THROW(make_log({.channel = {.replay = {.age = std::chrono::milliseconds(-1)}}}), std::invalid_argument);
}

namespace {

// A log that takes ids of its publishers as they are.
struct careless_plane : backplane
{
    reader* to = nullptr;
    void tail(reader& r) override { to = &r; }
    void stop(reader&) override { to = nullptr; }
    rill::result<event_id> append(event_draft event, appended) override
    {
        const auto id = event.key().empty() ? std::string("good") : std::string(event.key());
        to->on_event(std::move(event), id, 0);
        return id;
    }
};

} // namespace

// A client would send it back in a header, and be refused for good.
BOOST_AUTO_TEST_CASE(an_id_of_a_log_that_would_not_come_back_is_left_out)
{
    event_log log({}, std::make_shared<careless_plane>());
    auto a = enter(log, {pattern("a")});
    for (const std::string bad : {" b", "b ", "b\x7f", "b\nid: c"}) {
        BOOST_REQUIRE(log.publish("a", {.data = "x"}, bad).has_value());
    }
    BOOST_REQUIRE(log.publish("a", {.data = "x"}, {}).has_value());
    std::vector<event_log::found_event> found;
    static_cast<void>(log.collect(*a, {}, log.newest(), 100, found));
    BOOST_REQUIRE_EQUAL(found.size(), 5U);
    for (std::size_t i = 0; i != 4; ++i) {
        BOOST_TEST(found[i].event.bytes() == "data: x\n\n");
    }
    BOOST_TEST(found[4].event.bytes() == "data: x\nid: good\n\n");
    log.leave(std::move(a));
}

BOOST_AUTO_TEST_SUITE_END()
