#include "pubsub/catch_up.hpp"

#include <boost/asio/bind_executor.hpp>
#include <functional>

#include "late_process.hpp"

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

BOOST_AUTO_TEST_CASE(who_blocks_goes_on_where_it_was)
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

// A page goes to the client as fast as that reads it, and what comes meanwhile does not count as its backlog.
BOOST_AUTO_TEST_CASE(a_slow_client_reads_page_by_page)
{
    late_process p(200, {.backlog = {.max_events = 5}});
    direct_client slow(p.loop, p.route, shared_log::id_of(100));
    slow.out.block();
    p.answer_all();
    BOOST_TEST(p.plane->reads == 1U);
    for (int i = 0; i < 30; ++i) {
        p.append(1);
        p.plane->deliver();
        p.turns();
    }
    BOOST_TEST((slow.out.ended == rill::close_reason::open));
    slow.out.unblock();
    p.answer_all();
    BOOST_TEST(numbers(slow.out.sent) == range(101, 230));
    slow.cut();
}

// Also that of an event that was found already, and waits for its turn of the event loop.
BOOST_AUTO_TEST_CASE(a_cancelled_wait_keeps_its_place_in_the_past)
{
    for (int cancelled = 1; cancelled <= 40; ++cancelled) {
        late_process p;
        auto s = p.channel->subscribe(shared_log::id_of(100));
        boost::asio::cancellation_signal cancel;
        std::string got;
        int events = 0;
        std::function<void()> next = [&] {
            s.next(boost::asio::bind_cancellation_slot(
                cancel.slot(), boost::asio::bind_executor(
                                   p.loop.context.get_executor(), [&](rill::error_code ec, pubsub::encoded_event e) {
                                       got.append(ec ? "" : got.empty() ? "" : " ").append(ec ? "" : e.data());
                                       const int n = ec ? 0 : ++events;
                                       next();
                                       if (n == cancelled) {
                                           cancel.emit(boost::asio::cancellation_type::terminal);
                                       }
                                   })));
        };
        next();
        p.answer_all();
        BOOST_TEST(got == range(101, 200));
    }
}

// The channel knows the ids, but has dropped some of what came behind: it is not to go on there, which would end it.
BOOST_AUTO_TEST_CASE(known_is_not_held)
{
    late_process p(0, {.replay = {.max_events = 1000, .max_bytes = 2000}});
    p.append(150);
    p.plane->deliver();
    BOOST_TEST(p.channel->stats().held_events < 50U);
    direct_client direct(p.loop, p.route, shared_log::id_of(10));
    coroutine_client handler(p.loop, p.channel->subscribe(shared_log::id_of(20)));
    p.answer_all();
    BOOST_TEST(numbers(direct.out.sent) == range(11, 150));
    BOOST_TEST(numbers(handler.out.sent) == range(21, 150));
    BOOST_TEST(p.channel->stats().evicted_slow == 0U);
    direct.cut();
    handler.cut();
}

BOOST_AUTO_TEST_CASE(a_backfill_is_woken_by_more_events_than_an_outbox_holds)
{
    late_process p(200, {.replay = {.max_events = 2}});
    p.append(1);
    direct_client ahead(p.loop, p.route, shared_log::id_of(201)); // which this process does not know yet
    p.answer_all();
    p.append(5);
    p.plane->deliver();
    p.answer_all();
    BOOST_TEST(numbers(ahead.out.sent) == range(202, 206));
    ahead.cut();
}

BOOST_AUTO_TEST_SUITE_END()
