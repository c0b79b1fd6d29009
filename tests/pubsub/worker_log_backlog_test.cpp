#include "pubsub/worker_log.hpp"

#include "stage.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(worker_log_backlog_test)

BOOST_AUTO_TEST_CASE(disconnect)
{
    endpoint_stage f({.backlog = {.events = 2}});
    direct_client slow(f.loop, f.route);
    slow.out.block();
    f.publish_apart(3);
    BOOST_TEST((slow.out.ended == rill::close_reason::open));
    f.publish_apart(1);
    BOOST_TEST((slow.out.ended == rill::close_reason::evicted));
    BOOST_TEST(f.c.stats().evicted_slow == 1U);
    BOOST_TEST((f.slow == std::vector<std::pair<std::uint64_t, bool>>{{3, true}}));
    BOOST_TEST(f.why == "backlog");
    f.publish_apart(1);
    slow.cut();
}

BOOST_AUTO_TEST_CASE(disconnect_by_bytes)
{
    endpoint_stage f({.backlog = {.bytes = 10'000}});
    direct_client slow(f.loop, f.route);
    slow.out.block();
    for (int i = 0; i < 3; ++i) {
        BOOST_REQUIRE(f.c.publish(std::string(6'000, 'x')).has_value());
        f.loop.turn();
    }
    BOOST_TEST((slow.out.ended == rill::close_reason::evicted));
    slow.cut();
}

BOOST_AUTO_TEST_CASE(drop_oldest)
{
    endpoint_stage f({.slow = pubsub::slow_policy::drop_oldest, .backlog = {.events = 2}});
    direct_client slow(f.loop, f.route);
    slow.out.block();
    f.publish_apart(6);
    slow.out.unblock();
    f.loop.turn();
    BOOST_TEST(slow.got() == R"(1 dropped{"count":3} 5 6)");
    BOOST_TEST(f.c.stats().dropped == 3U);
    BOOST_TEST(f.c.stats().delivered == 3U);
    BOOST_TEST((f.slow == std::vector<std::pair<std::uint64_t, bool>>{{3, false}}));
    BOOST_TEST(f.why == "backlog");
    f.publish_apart(1);
    BOOST_TEST(slow.got() == R"(1 dropped{"count":3} 5 6 7)");
    slow.cut();
}

BOOST_AUTO_TEST_CASE(the_buffer_may_be_smaller_than_the_limits)
{
    endpoint_stage f({.replay = {.events = 2}, .slow = pubsub::slow_policy::drop_oldest, .tell_dropped = false});
    direct_client slow(f.loop, f.route);
    slow.out.block();
    f.publish_apart(6);
    slow.out.unblock();
    f.loop.turn();
    BOOST_TEST(slow.got() == "1 5 6"); // it does not want to be told
    BOOST_TEST(f.c.stats().dropped == 3U);
    BOOST_TEST(f.why == "not_held");
    slow.cut();
}

BOOST_AUTO_TEST_CASE(latest_per_key)
{
    endpoint_stage f({.slow = pubsub::slow_policy::latest_per_key, .backlog = {.events = 1}});
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

BOOST_AUTO_TEST_CASE(what_blocked_streams_hold_is_bounded)
{
    endpoint_stage f({.unsent_bytes = 1'500});
    direct_client first(f.loop, f.route);
    direct_client second(f.loop, f.route);
    first.out.block();
    second.out.block();
    BOOST_REQUIRE(f.c.publish(std::string(1'000, 'x')).has_value());
    f.loop.turn();
    BOOST_TEST((first.out.ended == rill::close_reason::open));
    BOOST_TEST((second.out.ended == rill::close_reason::evicted));
    BOOST_TEST(f.c.stats().evicted_full == 1U);
    BOOST_TEST(f.why == "unsent");
    first.cut();
    second.cut();
    BOOST_TEST(f.c.stats().unsent_bytes == 0U);
}

// Of any size that is allowed, by all defaults: a client that reads gets it, also where others come meanwhile.
BOOST_AUTO_TEST_CASE(large_events_reach_a_client_that_reads)
{
    for (const std::size_t size : {2'000'000U, 6'000'000U, 8U * 1024 * 1024}) {
        for (const auto* separator : {"x", "\n"}) { // in one line, or in two: then it is held twice
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

BOOST_AUTO_TEST_CASE(one_event_may_wait_whatever_its_size)
{
    endpoint_stage f({.replay = {.bytes = 10}, .backlog = {.bytes = 10}});
    direct_client a(f.loop, f.route);
    a.out.block();
    f.publish_apart(2);
    BOOST_TEST(f.slow.empty());
    f.publish_apart(1);
    BOOST_TEST(f.why == "backlog");
    a.cut();
}

BOOST_AUTO_TEST_SUITE_END()
