// Tests hub_options::by_topic: topics with different options.

#include <rill/pubsub/hub.hpp>

#include "stage.hpp"

using namespace rill_test;
using namespace std::chrono_literals;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(topic_options_test)

namespace {

/// A hub with three kinds of topics. A slow stream of a feed is disconnected. Figures are conflated. Logs drop their
/// oldest events.
struct stage
{
    manual_loop loop;
    std::string reported; ///< calls of the hooks
    pubsub::hub h;
    rill::handler route;

    explicit stage(pubsub::hub_options options) : h(completed(std::move(options)), counter())
    {
        route = rill::make_handler(rill::sse::endpoint(h));
    }
    stage() : stage(usual()) {}

    static std::shared_ptr<pubsub::memory_backplane> counter()
    {
        return std::make_shared<pubsub::memory_backplane>(pubsub::memory_backplane::settings{.first_id = 1});
    }
    static pubsub::hub_options usual()
    {
        pubsub::hub_options options{.channel = {.history = 1, .backlog = {.max_events = 2}}};
        options.by_topic = {
            {"figures/**", {.history = pubsub::everything, .slow = pubsub::slow_policy::latest_per_key}},
            {"logs/*",
             {.replay = {.max_events = 4}, .slow = pubsub::slow_policy::drop_oldest, .backlog = {.max_events = 2}}},
            {"logs/**", {.on_unknown_id = pubsub::unknown_id::reject}}, // the first matching entry applies
        };
        return options;
    }
    pubsub::hub_options completed(pubsub::hub_options options)
    {
        for (auto& entry : options.by_topic) {
            entry.channel.on_slow = [this, name = entry.topics](const pubsub::slow_stream& s) {
                reported.append(name).append(s.evicted ? " evicted " : " dropped ");
            };
            entry.channel.on_first_subscriber = [this](std::string_view topic) { reported.append("+").append(topic); };
            entry.channel.on_last_subscriber = [this](std::string_view topic) { reported.append("-").append(topic); };
        }
        options.channel.on_slow = [this](const pubsub::slow_stream& s) {
            reported.append(s.evicted ? "evicted " : "dropped ");
        };
        return options;
    }
    void publish(std::string_view topic, int count, std::string_view key = {})
    {
        for (int i = 0; i < count; ++i) {
            BOOST_REQUIRE(h.publish(topic, "x", key).has_value());
            loop.turn();
        }
    }
    std::string history(std::string target)
    {
        direct_client c(loop, route, {}, std::move(target));
        loop.turn();
        c.cut();
        return c.got();
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(held_events_and_the_start_of_a_stream)
{
    stage s;
    s.publish("feed", 5);           // 1 to 5
    s.publish("figures/a", 3, "k"); // 6 to 8
    s.publish("figures/a", 2);      // 9, 10
    s.publish("logs/a", 6);         // 11 to 16
    BOOST_TEST(s.h.stats().held_events == 5U + 3U + 4U);
    BOOST_TEST(s.history("/?topics=feed") == "5");
    BOOST_TEST(s.history("/?topics=figures/a") == "8 9 10");
    BOOST_TEST(s.history("/?topics=figures/*") == "8 9 10");
    BOOST_TEST(s.history("/?topics=logs/a") == "");
    BOOST_TEST(s.history("/?topics=figures/a,feed") == "10"); // the history of both together has the size of `channel`
    direct_client c(s.loop, s.route, "10", "/?topics=logs/a");
    s.loop.turn();
    BOOST_TEST(c.got() == R"(gap{"requested":"10","oldest":"13"} 13 14 15 16)");
    c.cut();
    BOOST_TEST((answer_on(s.loop, s.route, request_with_id("no", "/?topics=logs/a/b")).status() == rill::status::gone));
}

BOOST_AUTO_TEST_CASE(each_topic_has_its_slow_policy)
{
    stage s;
    direct_client feed(s.loop, s.route, {}, "/?topics=feed");
    direct_client figures(s.loop, s.route, {}, "/?topics=figures/a");
    direct_client logs(s.loop, s.route, {}, "/?topics=logs/*");
    for (auto* c : {&feed, &figures, &logs}) {
        c->out.block();
    }
    for (const auto* topic : {"feed", "figures/a", "logs/a"}) {
        s.publish(topic, 5, "k");
    }
    for (auto* c : {&feed, &figures, &logs}) {
        c->out.unblock();
    }
    s.loop.turn();
    BOOST_TEST((feed.out.ended == rill::close_reason::evicted));
    BOOST_TEST(figures.got() == "6 10");
    BOOST_TEST(logs.got() == R"(11 dropped{"count":2} 14 15)");
    const auto figure = s.h.stats();
    BOOST_TEST(figure.evicted_slow == 1U);
    BOOST_TEST(figure.conflated == 3U);
    BOOST_TEST(figure.dropped == 2U);
    for (auto* c : {&feed, &figures, &logs}) {
        c->cut();
    }
    BOOST_TEST(s.reported == "+figures/aevicted logs/* dropped -figures/a"); // patterns do not count as subscribers
}

// `channel` applies, except for the backlog: the number of events that a conflated topic still holds is not known.
BOOST_AUTO_TEST_CASE(a_stream_of_different_topics)
{
    stage s;
    direct_client both(s.loop, s.route, {}, "/?topics=figures/a,logs/a");
    both.out.block();
    s.publish("figures/a", 5, "k"); // 1 to 5
    s.publish("logs/a", 4);         // 6 to 9
    BOOST_TEST((both.out.ended == rill::close_reason::open));
    both.out.unblock();
    s.loop.turn();
    BOOST_TEST(both.got() == "1 5 6 7 8 9");
    BOOST_TEST(s.h.stats().conflated == 3U);
    BOOST_TEST(s.h.stats().dropped == 0U);
    both.out.block();
    s.publish("logs/a", 6); // one is sent, and one of the others is dropped
    both.out.unblock();
    s.loop.turn();
    BOOST_TEST((both.out.ended == rill::close_reason::evicted));
    BOOST_TEST(s.reported.ends_with("evicted "));
    both.cut();

    direct_client same(s.loop, s.route, {}, "/?topics=logs/a,logs/b"); // these topics have the same options
    same.out.block();
    s.publish("logs/b", 5);
    BOOST_TEST((same.out.ended == rill::close_reason::open));
    same.out.unblock();
    s.loop.turn();
    BOOST_TEST(same.got() == R"(16 dropped{"count":2} 19 20)");
    same.cut();
}

BOOST_AUTO_TEST_CASE(heartbeats)
{
    pubsub::hub_options options{.channel = {.heartbeat = 20s}};
    options.by_topic = {{"quick", {.heartbeat = 1s}}, {"none", {.heartbeat = 0s}}, {"usual", {}}};
    stage s(options);
    const auto beat = [&](const rill::handler& route, std::string target) {
        direct_client c(s.loop, route, {}, std::move(target));
        const auto period = c.out.used_policy->heartbeat;
        c.cut();
        return period;
    };
    BOOST_TEST((beat(s.route, "/?topics=any") == 20s));
    BOOST_TEST((beat(s.route, "/?topics=quick") == 1s));
    BOOST_TEST((beat(s.route, "/?topics=none") == 0s));
    BOOST_TEST((beat(s.route, "/?topics=usual") == rill::sse::default_heartbeat));
    BOOST_TEST((beat(s.route, "/?topics=quick,none") == 20s)); // the topics have different heartbeats
    const auto own = rill::make_handler(rill::sse::endpoint(s.h, {.heartbeat = 3s}));
    BOOST_TEST((beat(own, "/?topics=quick") == 3s));
    const auto of_a_channel = [&](pubsub::channel_options o, rill::sse::endpoint_options e) {
        return beat(rill::make_handler(rill::sse::endpoint(pubsub::channel(std::move(o)), std::move(e))), "/");
    };
    BOOST_TEST((of_a_channel({}, {}) == rill::sse::default_heartbeat));
    BOOST_TEST((of_a_channel({.heartbeat = 7s}, {}) == 7s));
    BOOST_TEST((of_a_channel({.heartbeat = 7s}, {.heartbeat = 0s}) == 0s));
}

BOOST_AUTO_TEST_CASE(invalid_options)
{
    BOOST_CHECK_THROW(pubsub::hub({.by_topic = {{"a*", {}}}}), std::invalid_argument);
    BOOST_CHECK_THROW(pubsub::hub({.by_topic = {{"a", {.heartbeat = -1ms}}}}), std::invalid_argument);
    BOOST_CHECK_THROW(pubsub::channel({.heartbeat = -1ms}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(each_topic_has_its_maximum_event_size)
{
    pubsub::hub h({.channel = {.max_event_bytes = 2},
                   .by_topic = {{"large/*", {.max_event_bytes = 4}}, {"tiny", {.max_event_bytes = 1}}}});
    const auto fits = [&](std::string_view topic, std::string_view data) { return h.publish(topic, data).has_value(); };
    BOOST_TEST(fits("a", "12"));
    BOOST_TEST(!fits("a", "123"));
    BOOST_TEST(fits("large/a", "1234"));
    BOOST_TEST(!fits("large/a", "12345"));
    BOOST_TEST(fits("tiny", "1"));
    BOOST_TEST(!fits("tiny", "12"));
}

BOOST_AUTO_TEST_SUITE_END()
