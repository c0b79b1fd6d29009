// Readers that freeze, over real sockets and with two workers. The queued bytes stay within every limit. The publisher
// does not wait. The other readers get everything in order. The statistics count the result of each stream.

#include "server/slow_readers.hpp"

BOOST_AUTO_TEST_SUITE(slow_readers_test)

using namespace rill_test;
using namespace rill_test::slow_readers;

BOOST_AUTO_TEST_CASE(disconnect_evicts_slow_streams)
{
    for (const auto& backlog : {pubsub::stream_limits{.max_events = 16, .max_bytes = SIZE_MAX},
                                pubsub::stream_limits{.max_events = SIZE_MAX, .max_bytes = 16 * event_bytes}})
    {
        stage s({.channel = {.replay = held(), .backlog = backlog}});
        s.expect_ended(frozen_count, rill::close_reason::evicted);
        BOOST_TEST(s.channel.stats().evicted_slow == frozen_count);
        BOOST_TEST(s.channel.stats().dropped == 0U);
        const auto metrics = s.scrape();
        BOOST_TEST(metrics.find(R"(rill_pubsub_evicted_total{channel="c",why="slow"} 12)") != metrics.npos);
        BOOST_TEST(metrics.find(R"(rill_streams_closed_total{route="/events",reason="evicted"} 12)") != metrics.npos);
        BOOST_TEST(s.thaw() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(drop_oldest_drops_and_notifies)
{
    constexpr std::size_t most = 16;
    for (const auto& backlog : {pubsub::stream_limits{.max_events = most, .max_bytes = SIZE_MAX},
                                pubsub::stream_limits{.max_events = SIZE_MAX, .max_bytes = most * event_bytes}})
    {
        stage s({.channel = {.replay = held(), .slow = pubsub::slow_policy::drop_oldest, .backlog = backlog}});
        s.expect_ended(0, {});
        BOOST_TEST(s.thaw() == frozen_count);
        for (const auto& f : s.frozen) {
            BOOST_TEST(f->notices >= 1U); // more if the worker was late before the client froze
            BOOST_TEST(f->behind_notice <= most);
            BOOST_TEST(f->ids.size() + f->told == events);
        }
        BOOST_TEST(s.channel.stats().dropped > 0U);
        s.expect_all_accounted();
        const auto metrics = s.scrape();
        const auto dropped = std::to_string(s.channel.stats().dropped);
        BOOST_TEST(metrics.find(R"(rill_pubsub_dropped_total{channel="c"} )" + dropped) != metrics.npos);
    }
}

BOOST_AUTO_TEST_CASE(latest_per_key_keeps_the_newest_event_of_each_key)
{
    stage s({.channel = {.replay = held(), .slow = pubsub::slow_policy::latest_per_key}});
    s.expect_ended(0, {});
    BOOST_TEST(s.thaw() == frozen_count);
    for (const auto& f : s.frozen) {
        BOOST_TEST(f->notices == 0U);
        BOOST_REQUIRE(f->ids.size() >= keys);
        BOOST_TEST(f->ids.size() < events / 2);
        BOOST_TEST(*(f->ids.end() - keys) == events - keys + 1); // the newest event of each key
    }
    BOOST_TEST(s.channel.stats().dropped == 0U);
    BOOST_TEST(s.channel.stats().conflated > 0U);
    s.expect_all_accounted();
}

// Above the limit an event is lost, even if it is the newest event of its key.
BOOST_AUTO_TEST_CASE(latest_per_key_drops_events_above_the_limits)
{
    constexpr std::size_t most = keys / 2;
    for (const auto& replay : {held(most), held(4096, most * (event_bytes + 1024))}) {
        stage s({.channel = {.replay = replay, .slow = pubsub::slow_policy::latest_per_key}});
        s.expect_ended(0, {});
        BOOST_TEST(s.thaw() == frozen_count);
        for (const auto& f : s.frozen) {
            BOOST_TEST(f->notices >= 1U); // more if the worker was late before the client froze
            BOOST_TEST(f->behind_notice == most);
        }
        s.expect_all_accounted();
    }
}

// With each policy, a stream that would exceed the limit of all streams ends. The policy applies to the other streams.
BOOST_AUTO_TEST_CASE(all_streams_of_a_channel_share_a_limit)
{
    constexpr std::size_t most = 4;
    for (const auto policy :
         {pubsub::slow_policy::disconnect, pubsub::slow_policy::drop_oldest, pubsub::slow_policy::latest_per_key})
    {
        stage s({.channel = {.replay = held(),
                             .slow = policy,
                             .backlog = {.max_events = 16},
                             .max_unsent_bytes = most * (event_bytes + 1024)}});
        const bool all_end = policy == pubsub::slow_policy::disconnect;
        const auto figures = s.channel.stats();
        BOOST_TEST(figures.evicted_full >= frozen_count - most);
        BOOST_TEST(figures.evicted_slow == (all_end ? frozen_count - figures.evicted_full : 0U));
        const auto ended = all_end ? frozen_count : std::size_t(figures.evicted_full);
        s.expect_ended(ended, rill::close_reason::evicted);
        BOOST_TEST(s.thaw() == frozen_count - ended);
        const auto metrics = s.scrape();
        BOOST_TEST(metrics.find(R"(rill_pubsub_evicted_total{channel="c",why="full"} )" +
                                std::to_string(figures.evicted_full)) != metrics.npos);
        BOOST_TEST(s.server.stats().overflows == 0U);
    }
}

BOOST_AUTO_TEST_CASE(all_streams_of_the_server_share_a_limit)
{
    for (const auto policy :
         {pubsub::slow_policy::disconnect, pubsub::slow_policy::drop_oldest, pubsub::slow_policy::latest_per_key})
    {
        stage s({.channel = {.replay = held(), .slow = policy, .backlog = {.max_events = 16}},
                 .max_queued_bytes = 16 * 1024});
        BOOST_TEST(s.server.stats().overflows > 0U);
        // A stream whose client reads again may queue more than before, and may end for that.
        const auto survived = s.thaw();
        const auto slow = policy == pubsub::slow_policy::disconnect ? frozen_count - s.server.stats().overflows : 0U;
        BOOST_TEST(s.channel.stats().evicted_slow == slow);
        BOOST_TEST(eventually([&] { return s.server.reasons().size() == frozen_count - survived; }));
        const auto overflows = s.server.stats().overflows;
        BOOST_TEST(survived + overflows + slow == frozen_count);
        const auto reasons = s.server.reasons();
        BOOST_TEST(std::count(reasons.begin(), reasons.end(), rill::close_reason::over_capacity) ==
                   static_cast<long>(overflows));
        BOOST_TEST(s.channel.stats().over_capacity == overflows);
        BOOST_TEST(s.hook_over_capacity == overflows);
        const auto metrics = s.scrape();
        BOOST_TEST(metrics.find(R"(rill_streams_closed_total{route="/events",reason="over_capacity"} )" +
                                std::to_string(overflows)) != metrics.npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()
