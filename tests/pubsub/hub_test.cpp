#include <rill/pubsub/hub.hpp>
#include <rill/pubsub/topic_pattern.hpp>

#include <random>
#include <thread>

#include "stage.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(hub_test)

namespace {

pubsub::hub counted_hub(pubsub::hub_options options = {})
{
    return pubsub::hub(std::move(options),
                       std::make_shared<pubsub::memory_backplane>(pubsub::memory_backplane::settings{.first_id = 1}));
}

} // namespace

BOOST_AUTO_TEST_CASE(invalid_topic_names)
{
    auto h = counted_hub();
    for (const auto* topic : {"", "a*", "*", "\n"}) {
        BOOST_TEST((h.publish(topic, "x").error() == rill::error::invalid_topic));
    }
    BOOST_TEST((h.subscribe("a*").ended() == rill::error::invalid_topic));
    BOOST_TEST((h.subscribe(std::vector<std::string>{}).ended() == rill::error::invalid_topic));
    BOOST_TEST(h.topics().empty());
}

BOOST_AUTO_TEST_CASE(many_topics_in_one_stream)
{
    manual_loop loop;
    auto h = counted_hub();
    coroutine_client one(loop, h.subscribe("a"));
    coroutine_client two(loop, h.subscribe(std::vector<std::string>{"b", "a"}));
    coroutine_client rooms(loop, h.subscribe("rooms/*"));
    coroutine_client all(loop, h.subscribe("**"));
    loop.turn();
    for (const auto* topic : {"a", "b", "c", "rooms/x", "a", "rooms/y"}) {
        BOOST_REQUIRE(h.publish(topic, "x").has_value());
    }
    loop.turn();
    BOOST_TEST(one.got() == "1 5");
    BOOST_TEST(two.got() == "1 2 5");
    BOOST_TEST(rooms.got() == "4 6");
    BOOST_TEST(all.got() == "1 2 3 4 5 6");
    BOOST_TEST((h.topics() == std::vector<std::string>{"a", "b", "c", "rooms/x", "rooms/y"}));
    coroutine_client late(loop, h.subscribe(std::vector<std::string>{"a", "rooms/*"}, "1"));
    loop.turn();
    BOOST_TEST(late.got() == "4 5 6");
    for (auto* client : {&one, &two, &rooms, &all, &late}) {
        client->cut();
    }
}

BOOST_AUTO_TEST_CASE(first_and_last_subscribers_of_a_topic)
{
    std::string log;
    auto h = counted_hub({.channel = {.on_first_subscriber = [&](std::string_view t) { log.append("+").append(t); },
                                      .on_last_subscriber = [&](std::string_view t) { log.append("-").append(t); }}});
    {
        const auto a = h.subscribe("a", {}, "ann");
        const auto ab = h.subscribe(std::vector<std::string>{"a", "b"}, {}, "bob");
        const auto pattern = h.subscribe("**");
        BOOST_TEST(h.subscribers("a") == 2U);
        BOOST_TEST((h.names("a") == std::vector<std::string>{"ann", "bob"}));
        BOOST_TEST((h.names("b") == std::vector<std::string>{"bob"}));
        BOOST_TEST(h.subscribers("c") == 0U);
    }
    BOOST_TEST(log == "+a+b-b-a");
}

// The filter of a stream with one topic is a part of this topic. The topic may be removed as soon as the stream has
// unsubscribed. Here it is removed before unsubscribe() returns. A sanitizer finds a use of the filter after that.
BOOST_AUTO_TEST_CASE(a_topic_may_be_removed_while_its_last_stream_unsubscribes)
{
    manual_loop loop;
    pubsub::hub* all = nullptr;
    auto h = counted_hub({.channel = {.on_last_subscriber =
                                          [&](std::string_view) {
                                              std::this_thread::sleep_for(
                                                  std::chrono::milliseconds(2));                  // longer than `idle`
                                              BOOST_TEST(all->publish("other", "x").has_value()); // removes idle topics
                                          }},
                          .idle = std::chrono::milliseconds(1)});
    all = &h;
    {
        const auto handled = h.subscribe("a");
        BOOST_TEST(h.subscribers("a") == 1U);
    }
    BOOST_TEST((h.topics() == std::vector<std::string>{"other"}));
    direct_client direct(loop, rill::make_handler(rill::sse::endpoint(h)), {}, "/?topics=b");
    BOOST_TEST(h.subscribers("b") == 1U);
    direct.cut();
    BOOST_TEST((h.topics() == std::vector<std::string>{"other"}));
}

BOOST_AUTO_TEST_CASE(streams_may_be_the_last_owners_of_a_hub)
{
    manual_loop loop;
    std::optional<pubsub::subscription> handled;
    std::optional<direct_client> direct;
    {
        auto h = counted_hub();
        handled.emplace(h.subscribe("a"));
        direct.emplace(loop, rill::make_handler(rill::sse::endpoint(h)), std::string_view(), "/?topics=a");
    }
    handled.reset();
    direct->cut();
}

// Streams of several topics and patterns block and resume at random. Each stream gets every event of its topics once,
// in order.
BOOST_AUTO_TEST_CASE(random_topics)
{
    const std::vector<std::string> topics{"a", "b", "r/1", "r/2", "r/2/x"};
    const std::vector<std::vector<std::string>> wishes{{"a"}, {"a", "b"}, {"r/*"}, {"**"}, {"r/**", "a", "r/1"}};
    for (unsigned seed = 1; seed <= 300; ++seed) {
        std::mt19937 random(seed);
        const auto upto = [&](unsigned n) { return static_cast<unsigned>(random() % (n + 1)); };
        manual_loop loop;
        auto h = counted_hub({.channel = {.backlog = {.max_events = 100'000}}});
        struct client_state
        {
            std::size_t wish;
            std::string last;
            std::string got;
            std::unique_ptr<coroutine_client> connection;
        };
        std::vector<client_state> clients;
        for (std::size_t wish = 0; wish < wishes.size(); ++wish) {
            clients.push_back({wish, "0", {}, {}});
        }
        std::vector<std::string> published;
        for (int step = 0; step < 200; ++step) {
            auto& c = clients[upto(static_cast<unsigned>(clients.size()) - 1)];
            switch (upto(4)) {
            case 0:
                published.push_back(topics[upto(4)]);
                BOOST_REQUIRE(h.publish(published.back(), "x").has_value());
                break;
            case 1:
                loop.turn();
                break;
            case 2:
                if (c.connection && upto(1) == 0) {
                    c.connection->out.block();
                } else if (c.connection) {
                    c.connection->out.unblock();
                }
                break;
            case 3:
                if (c.connection && upto(2) == 0) {
                    c.connection->cut();
                    for (const auto& e : parse_events(c.connection->out.sent)) {
                        c.last = e.id;
                        c.got += e.id + " ";
                    }
                    c.connection.reset();
                }
                break;
            default:
                if (!c.connection) {
                    c.connection = std::make_unique<coroutine_client>(loop, h.subscribe(wishes[c.wish], c.last));
                }
            }
        }
        for (auto& c : clients) {
            if (!c.connection) {
                c.connection = std::make_unique<coroutine_client>(loop, h.subscribe(wishes[c.wish], c.last));
            }
            c.connection->out.unblock();
        }
        for (int turn = 0; turn < 20; ++turn) {
            loop.turn();
        }
        for (auto& c : clients) {
            for (const auto& e : parse_events(c.connection->out.sent)) {
                c.got += e.id + " ";
            }
            std::string expected;
            for (std::size_t i = 0; i < published.size(); ++i) {
                const auto& names = wishes[c.wish];
                if (std::any_of(names.begin(), names.end(), [&](const auto& name) {
                        return pubsub::topic_pattern::parse(name)->matches(published[i]);
                    }))
                {
                    expected += std::to_string(i + 1) + " ";
                }
            }
            BOOST_REQUIRE_MESSAGE(c.got == expected,
                                  "seed " << seed << ", wish " << c.wish << ": " << c.got << "\n  not " << expected);
            c.connection->cut();
        }
    }
}

// A topic is removed with its last subscriber. The next subscriber creates it again. The worker is notified of both.
BOOST_AUTO_TEST_CASE(a_removed_topic_may_be_created_again)
{
    manual_loop loop;
    auto h = counted_hub();
    const auto route = rill::make_handler(rill::sse::endpoint(h));
    direct_client all(loop, route, {}, "/?topics=**");
    for (int i = 0; i < 3; ++i) {
        direct_client first(loop, route, {}, "/?topics=a");
        first.cut();
        BOOST_TEST(h.topics().empty());
    }
    direct_client second(loop, route, {}, "/?topics=a,b");
    loop.turn();
    BOOST_REQUIRE(h.publish("a", "x").has_value());
    BOOST_REQUIRE(h.publish("b", "x").has_value());
    loop.turn();
    BOOST_TEST(second.got() == "1 2");
    BOOST_TEST(all.got() == "1 2");
    second.cut();
    all.cut();
}

BOOST_AUTO_TEST_SUITE_END()
