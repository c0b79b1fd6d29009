#include "pubsub/event_log.hpp"

#include <boost/test/unit_test.hpp>
#include <rill/pubsub/memory_backplane.hpp>
#include <thread>

using namespace rill::pubsub;
using namespace rill::pubsub::detail;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<event_log> make_log(log_settings settings = {}, std::uint64_t first = 1)
{
    return std::make_shared<event_log>(
        std::move(settings), std::make_shared<memory_backplane>(memory_backplane::settings{.first_id = first}));
}

topic_pattern pattern(std::string_view text)
{
    return *topic_pattern::parse(text);
}

interest_pointer enter(event_log& log, std::vector<topic_pattern> topics)
{
    auto i = log.enter(std::move(topics), {});
    BOOST_REQUIRE(i.has_value());
    return std::move(*i);
}

std::string ids(const event_log& log, const interest& i, std::uint64_t seen, std::uint64_t until,
                std::size_t count = 100)
{
    std::vector<event_log::found_event> found;
    static_cast<void>(log.collect(i, {seen, seen}, until, count, found));
    std::string text;
    for (const auto& e : found) {
        text.append(text.empty() ? "" : " ").append(e.event.id());
    }
    return text;
}

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

BOOST_AUTO_TEST_SUITE(event_log_test)

BOOST_AUTO_TEST_CASE(topics_share_one_sequence)
{
    const auto log = make_log();
    for (const auto* topic : {"a", "b", "a", "c", "b"}) {
        BOOST_REQUIRE(log->publish(topic, {.data = "x"}, {}).has_value());
    }
    const auto a = enter(*log, {pattern("a")});
    const auto both = enter(*log, {pattern("b"), pattern("a"), pattern("b")});
    const auto all = enter(*log, {pattern("**"), pattern("a")});
    BOOST_TEST(ids(*log, *a, 0, 5) == "1 3");
    BOOST_TEST(ids(*log, *both, 0, 5) == "1 2 3 5");
    BOOST_TEST(ids(*log, *both, 1, 4) == "2 3");
    BOOST_TEST(ids(*log, *both, 0, 5, 2) == "1 2");
    BOOST_TEST(ids(*log, *all, 0, 5) == "1 2 3 4 5");
    BOOST_TEST(log->subscribers("a") == 3U);
    BOOST_TEST(log->subscribers("b") == 1U);
    for (const auto* i : {&a, &both, &all}) {
        log->leave(**i);
    }
    BOOST_TEST(log->subscribers("a") == 0U);
}

BOOST_AUTO_TEST_CASE(a_loss_is_news_only_once)
{
    const auto log = make_log({.channel = {.replay = {.events = 2}}});
    for (int i = 0; i < 5; ++i) {
        BOOST_REQUIRE(log->publish("a", {.data = "x"}, {}).has_value());
    }
    const auto a = enter(*log, {pattern("a")});
    std::vector<event_log::found_event> found;
    const auto first = log->collect(*a, {.seen = 1, .told = 1}, 5, 1, found);
    BOOST_TEST(first.lost);
    BOOST_TEST(first.lost_until == 3U);
    BOOST_TEST(first.remaining == 2U);
    BOOST_TEST(found.front().sequence == 4U);
    BOOST_TEST(!log->collect(*a, {.seen = 1, .told = 3}, 5, 1, found).lost);
    BOOST_TEST(!log->collect(*a, {.seen = 3, .told = 3}, 5, 1, found).lost);
    log->leave(*a);
}

BOOST_AUTO_TEST_CASE(idle_topics_are_removed_and_remembered)
{
    const auto log = make_log({.idle = 1ms});
    BOOST_REQUIRE(log->publish("gone", {.data = "x"}, {}).has_value());
    const auto kept = enter(*log, {pattern("kept")});
    BOOST_REQUIRE(log->publish("kept", {.data = "x"}, {}).has_value());
    std::this_thread::sleep_for(5ms); // at least
    log->sweep();
    BOOST_TEST((log->topics() == std::vector<std::string>{"kept"}));
    const auto again = enter(*log, {pattern("gone")});
    const auto missed = log->begin(*again, "0");
    BOOST_TEST(bool(missed.gap));
    BOOST_TEST(!log->begin(*again, "1").gap); // all that it had was seen
    BOOST_TEST(!log->begin(*kept, "0").gap);  // others are not concerned
    const auto all = enter(*log, {pattern("*")});
    BOOST_TEST(bool(log->begin(*all, "0").gap));
    for (const auto* i : {&kept, &again, &all}) {
        log->leave(**i);
    }
}

BOOST_AUTO_TEST_CASE(the_number_of_topics_is_bounded)
{
    const auto log = make_log({.topics = 2});
    BOOST_TEST(log->publish("a", {.data = "x"}, {}).has_value());
    BOOST_TEST((log->enter({pattern("b"), pattern("c")}, {}).error() == rill::error::too_many_topics));
    BOOST_TEST((log->topics() == std::vector<std::string>{"a"}));
    const auto b = enter(*log, {pattern("b")});
    BOOST_TEST((log->publish("c", {.data = "x"}, {}).error() == rill::error::too_many_topics));
    BOOST_TEST(log->publish("b", {.data = "x"}, {}).has_value());
    log->leave(*b);
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
    const auto a = enter(*log, {pattern("a")});
    std::vector<event_log::found_event> found;
    static_cast<void>(log->collect(*a, {}, 100, 10, found));
    BOOST_REQUIRE_EQUAL(found.size(), 3U);
    BOOST_TEST(found[0].event.id() == "r1");
    BOOST_TEST((found[1].event.kind() == event_kind::gap));
    BOOST_TEST(found[2].event.id() == "r2");
    log->leave(*a);
}

BOOST_AUTO_TEST_SUITE_END()
