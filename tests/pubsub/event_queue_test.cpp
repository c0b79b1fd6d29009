#include "pubsub/event_queue.hpp"

#include "store_stage.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(event_queue_test)

namespace {

struct stage
{
    std::shared_ptr<topic_store> store = make_store({.channel = {.replay = {.max_events = 10}}});
    std::shared_ptr<worker_outbox> outbox = std::make_shared<worker_outbox>(rill::mailbox::address());
    event_queue queue;
    event_batch batch;

    stage() { store->attach(outbox); }
    void publish_to(std::string_view topic, std::string_view data = "x")
    {
        BOOST_REQUIRE(publish(*store, topic, {.data = data}, {}).has_value());
    }
    std::string next()
    {
        queue.pop_into(batch);
        return batch.topic->name + std::to_string(batch.events.size());
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(events_of_one_topic_that_follow_each_other_are_a_batch)
{
    stage s;
    BOOST_TEST(!s.queue.refill(*s.store, *s.outbox));
    for (const auto* topic : {"a", "a", "b", "a"}) {
        s.publish_to(topic);
    }
    BOOST_TEST(s.queue.refill(*s.store, *s.outbox));
    BOOST_TEST(s.next() == "a2");
    BOOST_TEST(s.batch.last == 2U);
    BOOST_TEST(s.batch.piece.bytes() == "data: x\nid: 1\n\ndata: x\nid: 2\n\n");
    BOOST_TEST(s.batch.count_after(1).events == 1U);
    BOOST_TEST(s.batch.count_after(1).bytes == s.batch.events[1].event.footprint());
    BOOST_TEST(!s.queue.refill(*s.store, *s.outbox)); // not before the queue is empty
    BOOST_TEST(s.next() == "b1");
    // A batch with only one event does not copy the event.
    BOOST_TEST(static_cast<const void*>(s.batch.piece.bytes().data()) ==
               static_cast<const void*>(s.batch.events[0].event.bytes().data()));
    BOOST_TEST(s.next() == "a1");
    BOOST_TEST(s.queue.empty());
    s.store->detach(s.outbox);
}

BOOST_AUTO_TEST_CASE(the_size_of_a_batch_is_bounded)
{
    stage s;
    const std::string large(40'000, 'x');
    s.publish_to("a", large);
    s.publish_to("a", large);
    s.publish_to("a");
    s.publish_to("a", std::string(70'000, 'x')); // larger than the maximum of a batch
    BOOST_TEST(s.queue.refill(*s.store, *s.outbox));
    BOOST_TEST(s.next() == "a1");
    BOOST_TEST(s.next() == "a2");
    BOOST_TEST(s.next() == "a1");
    s.store->detach(s.outbox);
}

BOOST_AUTO_TEST_CASE(skipped_events)
{
    stage s;
    for (int i = 0; i < 11; ++i) {
        s.publish_to("a");
    }
    BOOST_TEST(s.queue.refill(*s.store, *s.outbox));
    BOOST_TEST(s.queue.empty());
    BOOST_TEST(s.queue.newest() == 11U);
    BOOST_REQUIRE_EQUAL(s.queue.skipped().size(), 1U);
    BOOST_TEST(s.queue.skipped().begin()->second.events == 11U);
    s.publish_to("a");
    BOOST_TEST(!s.queue.refill(*s.store, *s.outbox)); // not before the skipped events are handled
    s.queue.clear_skipped();
    BOOST_TEST(s.queue.refill(*s.store, *s.outbox));
    BOOST_TEST(s.next() == "a1");
    s.store->detach(s.outbox);
}

BOOST_AUTO_TEST_SUITE_END()
