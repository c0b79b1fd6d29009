#include "pubsub/subscriber.hpp"

#include <boost/test/unit_test.hpp>

#include "pubsub/backfill.hpp"

BOOST_AUTO_TEST_SUITE(subscriber_test)

using namespace rill::pubsub::detail;

namespace {

struct plain_subscriber : subscriber
{
    plain_subscriber() : subscriber(subscriber_kind::writer) { group = &own; }

    subscriber_group own;
};

} // namespace

BOOST_AUTO_TEST_CASE(a_subscriber_that_falls_behind_keeps_its_backlog)
{
    plain_subscriber s;
    auto& b = fall_behind(s, 5);
    BOOST_TEST(b.owner == &s);
    BOOST_TEST(b.position.seen == 5U);
    BOOST_TEST(b.position.known_lost == 5U);
    BOOST_TEST(b.requested_until == 5U);
    b.events = 3;
    BOOST_TEST(&fall_behind(s, 7) == &b);
    BOOST_TEST(b.position.seen == 7U);
    BOOST_TEST(b.events == 3U);
}

BOOST_AUTO_TEST_CASE(links_are_reused)
{
    plain_subscriber s;
    topic_links lists[3];
    auto& first = unused_link(s);
    BOOST_TEST(&first == &s);
    lists[0].push_back(first);
    auto& second = unused_link(s);
    BOOST_TEST(&second != &first);
    lists[1].push_back(second);
    second.unlink();
    extra_links_of(s).unused.push_back(second);
    BOOST_TEST(&unused_link(s) == &second);
    lists[2].push_back(second);
    BOOST_TEST(s.group->more_links->all.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_destroyed_subscriber_is_removed_from_its_lists)
{
    topic_links list;
    backlog_list ready;
    {
        plain_subscriber s;
        list.push_back(s);
        ready.push_back(fall_behind(s, 1));
        BOOST_TEST(!list.empty());
    }
    BOOST_TEST(list.empty());
    BOOST_TEST(ready.empty());
}

BOOST_AUTO_TEST_SUITE_END()
