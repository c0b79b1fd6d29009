#include "pubsub/subscriber_index.hpp"

#include <memory>
#include <rill/pubsub/hub.hpp>
#include <set>
#include <thread>
#include <vector>

#include "pubsub/direct_stream.hpp"
#include "stage.hpp"
#include "support/cpu_time.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(subscriber_index_test)

namespace {

// Returns the time to answer a request for all topics of a hub with this number of topics.
std::chrono::nanoseconds time_to_join(int topics)
{
    manual_loop loop;
    pubsub::hub h({.channel = {.replay = {.max_events = 1}}});
    const auto route = rill::make_handler(rill::sse::endpoint(h));
    direct_client all(loop, route, {}, "/?topics=**");
    for (int i = 0; i < topics; ++i) {
        BOOST_REQUIRE(h.publish("topic" + std::to_string(i), "x").has_value());
        if (i % 1000 == 999) {
            loop.turn();
        }
    }
    loop.turn();
    const auto time =
        cpu_time_of([&] { BOOST_TEST(answer_on(loop, route, request_with_id({}, "/?topics=*")).streams()); });
    all.cut();
    return time;
}

} // namespace

// Sixteen times as many topics take sixteen times as long, or a little longer if they exceed the caches. With a
// quadratic algorithm they would take 256 times as long.
BOOST_AUTO_TEST_CASE(the_time_to_join_topics_is_linear_in_their_number)
{
    bool linear = false;
    for (int i = 0; i < 5 && !linear; ++i) { // another process may occupy the caches during a measurement
        linear = time_to_join(24'000).count() < 80 * time_to_join(1'500).count();
    }
    BOOST_TEST(linear);
}

BOOST_AUTO_TEST_CASE(streams_of_one_endpoint_and_topic_share_a_group)
{
    manual_loop loop;
    pubsub::hub h;
    const auto route = rill::make_handler(rill::sse::endpoint(h));
    const auto other_route = rill::make_handler(rill::sse::endpoint(h));
    const auto group_of = [](const direct_client& c) {
        return static_cast<const pubsub::detail::direct_group*>(
            dynamic_cast<const pubsub::detail::direct_stream&>(*c.body).group);
    };
    std::vector<std::unique_ptr<direct_client>> clients;
    for (const auto* target : {"/?topics=a", "/?topics=a", "/?topics=b", "/?topics=a,b", "/?topics=a,b", "/?topics=*"})
    {
        clients.push_back(std::make_unique<direct_client>(loop, route, "", target));
    }
    direct_client other(loop, other_route, {}, "/?topics=a");
    BOOST_TEST(group_of(*clients[0]) == group_of(*clients[1]));
    BOOST_TEST(group_of(*clients[0])->streams == 2U);
    std::set<const void*> all{group_of(other)};
    for (const auto& c : clients) {
        all.insert(group_of(*c));
    }
    BOOST_TEST(all.size() == 6U);
    clients[0]->cut();
    BOOST_TEST(group_of(*clients[1])->streams == 1U);
    BOOST_REQUIRE(h.publish("a", "x").has_value());
    loop.turn();
    BOOST_TEST(parse_events(other.out.sent).size() == 1U);
    for (const auto i : {1U, 3U, 4U, 5U}) {
        BOOST_TEST(clients[i]->got() == other.got());
    }
    for (auto& c : clients) {
        c->cut();
    }
    other.cut();
    BOOST_TEST(h.stats().subscribers == 0U);
    direct_client again(loop, route, {}, "/?topics=a");
    BOOST_TEST(group_of(again)->streams == 1U);
    again.cut();
}

// Links of removed topics are reused.
BOOST_AUTO_TEST_CASE(new_topics_reuse_the_links_of_removed_topics)
{
    manual_loop loop;
    pubsub::hub h({.idle = std::chrono::milliseconds(1)});
    const auto route = rill::make_handler(rill::sse::endpoint(h));
    direct_client all(loop, route, {}, "/?topics=**");
    for (int i = 0; i < 50; ++i) {
        BOOST_REQUIRE(h.publish("a" + std::to_string(i), "x").has_value());
        BOOST_REQUIRE(h.publish("b" + std::to_string(i), "x").has_value());
        loop.turn();
        std::this_thread::sleep_for(std::chrono::milliseconds(2)); // longer than `idle`
        h.store()->sweep();
        loop.turn();
    }
    BOOST_TEST(parse_events(all.out.sent).size() >= 100U);
    BOOST_TEST(dynamic_cast<pubsub::detail::direct_stream&>(*all.body).group->more_links->all.size() <= 4U);
    all.cut();
}

BOOST_AUTO_TEST_SUITE_END()
