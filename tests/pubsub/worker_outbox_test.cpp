#include "pubsub/worker_outbox.hpp"

#include "store_stage.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(worker_outbox_test)

namespace {

struct stage
{
    worker_outbox outbox{rill::mailbox::address()};
    topic_pointer a = std::make_shared<topic_state>("a", 0, replay_buffer::settings{});
    topic_pointer b = std::make_shared<topic_state>("b", 0, replay_buffer::settings{});
    encoded_event event = std::move(*event_draft::make({.data = "x"})).finish("1");
    std::vector<queued_event> events;
    skipped_by_topic skipped;

    void take()
    {
        events.clear();
        skipped.clear();
        outbox.take(events, skipped);
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(the_worker_is_woken_once_until_it_takes_the_events)
{
    stage s;
    BOOST_TEST(s.outbox.push({}, s.a, s.event, 1));
    BOOST_TEST(s.outbox.push({}, s.a, s.event, 2)); // the worker has not been woken
    s.outbox.set_woken(true);
    BOOST_TEST(!s.outbox.push({}, s.b, s.event, 3));
    s.take();
    BOOST_REQUIRE_EQUAL(s.events.size(), 3U);
    BOOST_TEST(s.events[2].topic == s.b);
    BOOST_TEST(s.events[2].sequence == 3U);
    BOOST_TEST(s.outbox.push({}, s.a, s.event, 4));
}

BOOST_AUTO_TEST_CASE(events_that_do_not_fit_are_counted)
{
    stage s;
    const rill::pubsub::replay_limits limits{.max_events = 2};
    static_cast<void>(s.outbox.push(limits, s.a, s.event, 1));
    static_cast<void>(s.outbox.push(limits, s.b, s.event, 2));
    BOOST_TEST(!s.outbox.push(limits, s.a, s.event, 3));
    BOOST_TEST(!s.outbox.push(limits, s.b, s.event, 4));  // older events were skipped, so this one is too
    static_cast<void>(s.outbox.push(limits, s.a, {}, 4)); // not an event, so it must arrive
    s.take();
    BOOST_REQUIRE_EQUAL(s.events.size(), 1U);
    BOOST_TEST(!s.events[0].event);
    BOOST_TEST(s.skipped.at(s.a).events == 2U);
    BOOST_TEST(s.skipped.at(s.b).events == 2U);
    BOOST_TEST(s.skipped.at(s.b).bytes == 2 * s.event.footprint());
    static_cast<void>(s.outbox.push(limits, s.a, s.event, 5));
    s.take();
    BOOST_TEST(s.events.size() == 1U);
    BOOST_TEST(s.skipped.empty());
}

BOOST_AUTO_TEST_CASE(the_bytes_are_bounded_but_one_event_fits)
{
    stage s;
    const rill::pubsub::replay_limits limits{.max_bytes = 1};
    static_cast<void>(s.outbox.push(limits, s.a, s.event, 1));
    s.take();
    BOOST_TEST(s.events.size() == 1U);
    static_cast<void>(s.outbox.push(limits, s.a, s.event, 2));
    static_cast<void>(s.outbox.push(limits, s.a, s.event, 3));
    s.take();
    BOOST_TEST(s.events.empty());
    BOOST_TEST(s.skipped.at(s.a).events == 2U);
}

BOOST_AUTO_TEST_CASE(a_list_adds_each_event_to_each_outbox)
{
    stage s;
    outbox_list list;
    const auto one = std::make_shared<worker_outbox>(rill::mailbox::address());
    const auto two = std::make_shared<worker_outbox>(rill::mailbox::address());
    list.attach(one);
    list.attach(two);
    list.push({}, s.a, s.event, 1);
    list.push({}, s.a, s.event, 2);
    std::vector<outbox_list::pointer> woken;
    list.take_woken(woken);
    BOOST_TEST((woken == std::vector{one, two}));
    worker_stats::add(one->stats.dropped, 3);
    worker_stats::add(two->stats.dropped, 4);
    rill::pubsub::channel_stats sum;
    list.add_to(sum);
    BOOST_TEST(sum.dropped == 7U);
    rill::pubsub::channel_stats detached;
    list.detach(one, detached);
    BOOST_TEST(detached.dropped == 3U);
    woken.clear();
    one->take(s.events, s.skipped);
    list.push({}, s.a, s.event, 3);
    list.take_woken(woken);
    BOOST_TEST(woken.empty()); // `two` has already been woken
}

BOOST_AUTO_TEST_SUITE_END()
