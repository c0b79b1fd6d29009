#include "sqlite/append_queue.hpp"

#include "sqlite/log_fixture.hpp"

using rill::sqlite::detail::append_queue;

BOOST_AUTO_TEST_SUITE(sqlite_append_queue_test)

BOOST_AUTO_TEST_CASE(the_first_event_asks_for_a_notification)
{
    append_queue queue(10, 1'000'000);
    BOOST_TEST(queue.push({.event = make_draft("a")}).value());
    BOOST_TEST(!queue.push({.event = make_draft("b")}).value());
    auto taken = queue.take(10, 1'000'000);
    BOOST_TEST_REQUIRE(taken.size() == 2U);
    BOOST_TEST(taken[1].event.data() == "b");
    BOOST_TEST(queue.is_empty());
    BOOST_TEST(queue.push({.event = make_draft("c")}).value());
}

BOOST_AUTO_TEST_CASE(the_queue_has_limits)
{
    const auto size = make_draft("a").footprint();
    append_queue by_count(2, 100 * size);
    append_queue by_size(100, 2 * size);
    for (auto* queue : {&by_count, &by_size}) {
        BOOST_TEST(queue->push({.event = make_draft("a")}).has_value());
        BOOST_TEST(queue->push({.event = make_draft("b")}).has_value());
        BOOST_TEST((queue->push({.event = make_draft("c")}).error() == rill::error::log_overloaded));
        BOOST_TEST(queue->take(1, 1'000'000).size() == 1U);
        BOOST_TEST(queue->push({.event = make_draft("c")}).has_value());
    }
    append_queue small(100, 1);
    BOOST_TEST(small.push({.event = make_draft("one event may always wait")}).has_value());
    BOOST_TEST((small.push({.event = make_draft("b")}).error() == rill::error::log_overloaded));
}

BOOST_AUTO_TEST_CASE(a_batch_has_limits)
{
    append_queue queue(100, 1'000'000);
    for (int i = 0; i != 5; ++i) {
        BOOST_TEST(queue.push({.event = make_draft("a")}).has_value());
    }
    BOOST_TEST(queue.take(2, 1'000'000).size() == 2U);
    BOOST_TEST(queue.take(10, 1).size() == 1U);
    BOOST_TEST(queue.take(10, 1'000'000).size() == 2U);
    BOOST_TEST(queue.take(10, 1'000'000).empty());
}

BOOST_AUTO_TEST_CASE(a_closed_queue_refuses_events)
{
    append_queue queue(10, 1'000'000);
    BOOST_TEST(queue.push({.event = make_draft("a")}).has_value());
    queue.close();
    BOOST_TEST((queue.push({.event = make_draft("b")}).error() == rill::error::log_unavailable));
    BOOST_TEST(queue.take(10, 1'000'000).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
