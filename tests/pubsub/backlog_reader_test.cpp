#include "pubsub/backlog_reader.hpp"

#include <boost/asio/bind_executor.hpp>
#include <functional>

#include "late_process.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(backlog_reader_test)

// The client reads each page at its own speed. Events that are published meanwhile are not a part of its backlog.
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

// This holds also if the event was found and waits for the next turn of the event loop.
BOOST_AUTO_TEST_CASE(a_cancelled_wait_keeps_its_position_in_the_history)
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

// The channel knows the IDs, but has dropped events after them. A stream that resumed at such an ID would be ended.
BOOST_AUTO_TEST_CASE(a_known_id_whose_events_are_not_held)
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
    direct_client ahead(p.loop, p.route, shared_log::id_of(201)); // this process does not have the event yet
    p.answer_all();
    p.append(5);
    p.plane->deliver();
    p.answer_all();
    BOOST_TEST(numbers(ahead.out.sent) == range(202, 206));
    ahead.cut();
}

BOOST_AUTO_TEST_SUITE_END()
