#include "pubsub/catch_up.hpp"

#include "stage.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(catch_up_test)

BOOST_AUTO_TEST_CASE(latest_per_key)
{
    endpoint_stage f({.slow = pubsub::slow_policy::latest_per_key, .backlog = {.max_events = 1}});
    direct_client slow(f.loop, f.route);
    slow.out.block();
    f.publish_apart(1, "a");
    for (int i = 0; i < 5; ++i) {
        f.publish_apart(1, "a");
        f.publish_apart(1, "b");
    }
    slow.out.unblock();
    f.loop.turn();
    BOOST_TEST(slow.got() == "1 10 11");
    BOOST_TEST(f.c.stats().conflated == 8U);
    BOOST_TEST(f.c.stats().dropped == 0U);
    slow.cut();
}

// With the default options, a client that reads gets events of any allowed size, even if other events are published
// meanwhile.
BOOST_AUTO_TEST_CASE(large_events_reach_a_client_that_reads)
{
    for (const std::size_t size : {2'000'000U, 6'000'000U, 8U * 1024 * 1024}) {
        for (const auto* separator : {"x", "\n"}) { // the data of an event with two lines is stored twice
            endpoint_stage f;
            direct_client a(f.loop, f.route);
            a.out.block();
            const auto data = std::string(size / 2, 'x') + separator + std::string(size - size / 2 - 1, 'x');
            for (int i = 0; i < 3; ++i) {
                BOOST_REQUIRE(f.c.publish(data).has_value());
                f.loop.turn();
            }
            a.out.unblock();
            f.loop.turn();
            BOOST_TEST(a.got() == "1 2 3");
            BOOST_TEST(f.slow.empty());
            a.cut();
        }
    }
}

BOOST_AUTO_TEST_CASE(a_blocked_stream_continues_at_its_position)
{
    endpoint_stage f;
    direct_client slow(f.loop, f.route);
    direct_client quick(f.loop, f.route);
    slow.out.block();
    f.publish_apart(5);
    BOOST_TEST(slow.got() == "1");
    BOOST_TEST(quick.got() == "1 2 3 4 5");
    BOOST_TEST(f.c.stats().unsent_bytes > 0U);
    slow.out.unblock();
    f.loop.turn();
    BOOST_TEST(slow.got() == "1 2 3 4 5");
    BOOST_TEST(f.c.stats().unsent_bytes == 0U);
    f.publish_apart(1);
    BOOST_TEST(slow.got() == "1 2 3 4 5 6");
    BOOST_TEST(f.slow.empty());
    slow.cut();
    quick.cut();
}

BOOST_AUTO_TEST_SUITE_END()
