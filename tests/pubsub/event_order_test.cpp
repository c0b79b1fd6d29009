#include "pubsub/event_order.hpp"

#include "past_stage.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(event_order_test)

BOOST_AUTO_TEST_CASE(the_first_event_after_a_sequence_number)
{
    topic_state a("a", 0, {});
    topic_state b("b", 0, {});
    event_order order(4);
    order.add(5, a);
    order.add(8, b);
    BOOST_TEST(order.is_complete_after(4));
    BOOST_TEST(!order.is_complete_after(3));
    BOOST_TEST(order.after(4)->sequence == 5U);
    BOOST_TEST(order.after(5)->topic == &b);
    BOOST_TEST((order.after(8) == order.end()));
}

BOOST_AUTO_TEST_CASE(removed_topics_are_dropped)
{
    topic_state a("a", 0, {});
    topic_state b("b", 0, {});
    event_order order(0);
    order.add(1, a);
    order.add(2, b);
    order.add(3, a);
    a.removed = true;
    order.drop_removed();
    BOOST_TEST(order.after(0)->sequence == 2U);
    BOOST_TEST((order.after(2) == order.end()));
}

BOOST_AUTO_TEST_CASE(the_number_of_events_is_bounded)
{
    constexpr std::uint64_t max = 64UL * 1024;
    topic_state a("a", 0, {});
    event_order order(0);
    for (std::uint64_t i = 1; i <= max + 10; ++i) {
        order.add(i, a);
    }
    BOOST_TEST(!order.is_complete_after(9));
    BOOST_TEST(order.is_complete_after(10));
    BOOST_TEST(order.after(10)->sequence == 11U);
}

BOOST_AUTO_TEST_SUITE_END()
