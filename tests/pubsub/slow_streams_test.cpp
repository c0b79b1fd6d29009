#include "pubsub/slow_streams.hpp"

#include "stage.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(slow_streams_test)

BOOST_AUTO_TEST_CASE(disconnect)
{
    endpoint_stage f({.backlog = {.max_events = 2}});
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
    endpoint_stage f({.backlog = {.max_bytes = 10'000}});
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
    endpoint_stage f({.slow = pubsub::slow_policy::drop_oldest, .backlog = {.max_events = 2}});
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
    endpoint_stage f({.replay = {.max_events = 2}, .slow = pubsub::slow_policy::drop_oldest, .notify_dropped = false});
    direct_client slow(f.loop, f.route);
    slow.out.block();
    f.publish_apart(6);
    slow.out.unblock();
    f.loop.turn();
    BOOST_TEST(slow.got() == "1 5 6"); // there is no notice
    BOOST_TEST(f.c.stats().dropped == 3U);
    BOOST_TEST(f.why == "not_held");
    slow.cut();
}

BOOST_AUTO_TEST_CASE(the_unsent_bytes_of_blocked_streams_are_bounded)
{
    endpoint_stage f({.max_unsent_bytes = 1'500});
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

BOOST_AUTO_TEST_CASE(one_event_of_any_size_may_wait)
{
    endpoint_stage f({.replay = {.max_bytes = 10}, .backlog = {.max_bytes = 10}});
    direct_client a(f.loop, f.route);
    a.out.block();
    f.publish_apart(2);
    BOOST_TEST(f.slow.empty());
    f.publish_apart(1);
    BOOST_TEST(f.why == "backlog");
    a.cut();
}

// The connection, and not the channel, ends these streams.
BOOST_AUTO_TEST_CASE(ends_by_the_connection_are_counted_and_reported)
{
    endpoint_stage f;
    for (const auto reason : {rill::close_reason::write_timeout, rill::close_reason::over_capacity,
                              rill::close_reason::peer_reset, rill::close_reason::evicted})
    {
        direct_client slow(f.loop, f.route);
        slow.out.block();
        f.publish_apart(3);
        slow.out.close(reason);
        slow.body.reset();
    }
    BOOST_TEST(f.c.stats().timed_out == 1U);
    BOOST_TEST(f.c.stats().over_capacity == 1U);
    BOOST_TEST((f.slow == std::vector<std::pair<std::uint64_t, bool>>{{2, true}, {2, true}}));
    BOOST_TEST(f.why == "write_timeout over_capacity");
}

BOOST_AUTO_TEST_SUITE_END()
