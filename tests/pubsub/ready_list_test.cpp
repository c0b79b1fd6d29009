#include "pubsub/ready_list.hpp"

#include <boost/test/unit_test.hpp>

#include "pubsub/backfill.hpp"
#include "support/manual_loop.hpp"

BOOST_AUTO_TEST_SUITE(ready_list_test)

using namespace rill::pubsub::detail;
using rill_test::manual_loop;

namespace {

struct writer : subscriber
{
    writer() : subscriber(subscriber_kind::writer) { fall_behind(*this, 0); }
};

struct counting_consumer final : event_consumer
{
    explicit counting_consumer(boost::asio::io_context& context) : ready(context) {}
    ready_list ready;
    int runs = 0;
    void run() override { ++runs; }
};

std::size_t taken_from(ready_list& ready)
{
    backlog_list all;
    ready.take(all);
    std::size_t count = 0;
    for (; !all.empty(); ++count) {
        all.front().unlink();
    }
    return count;
}

} // namespace

BOOST_AUTO_TEST_CASE(one_turn_serves_all_ready_subscribers)
{
    manual_loop loop;
    const auto consumer = std::make_shared<counting_consumer>(loop.context);
    auto& ready = consumer->ready;
    ready.set_consumer(consumer);
    writer one;
    writer two;
    ready.make_ready(one);
    ready.make_ready(two);
    ready.make_ready(one);
    BOOST_TEST((one.now == subscriber::state::ready));
    loop.turn();
    BOOST_TEST(consumer->runs == 1);
    BOOST_TEST(taken_from(ready) == 2U);
    ready.set_running(true);
    ready.make_ready(one); // the running dispatcher serves it
    loop.turn();
    BOOST_TEST(consumer->runs == 1);
    ready.set_running(false);
    ready.requeue(two);
    loop.turn();
    BOOST_TEST(consumer->runs == 1);
    ready.schedule();
    loop.turn();
    BOOST_TEST(consumer->runs == 2);
    BOOST_TEST(taken_from(ready) == 2U);
}

BOOST_AUTO_TEST_CASE(a_live_subscriber_remains_live)
{
    manual_loop loop;
    ready_list ready(loop.context);
    writer s;
    s.now = subscriber::state::live;
    ready.make_ready(s);
    BOOST_TEST((s.now == subscriber::state::live));
    BOOST_TEST(taken_from(ready) == 1U);
    loop.turn();
}

BOOST_AUTO_TEST_CASE(a_destroyed_consumer_is_not_run)
{
    manual_loop loop;
    auto consumer = std::make_shared<counting_consumer>(loop.context);
    consumer->ready.set_consumer(consumer);
    consumer->ready.schedule();
    consumer.reset();
    loop.turn();
}

BOOST_AUTO_TEST_SUITE_END()
