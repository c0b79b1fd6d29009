#include "pubsub/worker_log.hpp"

#include "stage.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(worker_log_streams_test)

BOOST_AUTO_TEST_CASE(a_handler_unsubscribes_others)
{
    manual_loop loop;
    auto c = counted();
    std::vector<pubsub::subscription> all;
    std::vector<int> got;
    for (int i = 0; i < 4; ++i) {
        all.push_back(c.subscribe());
    }
    std::vector<manual_loop::outcome> ends(4);
    for (int i = 0; i < 4; ++i) {
        loop.start(
            [](std::vector<pubsub::subscription>& subscriptions, std::vector<int>& log, int n) -> rill::awaitable<> {
                auto mine = std::move(subscriptions[static_cast<std::size_t>(n)]);
                co_await mine.next();
                log.push_back(n);
            }(all, got, i),
            ends[static_cast<std::size_t>(i)]);
    }
    publish(c, 1);
    loop.turn();
    BOOST_TEST((got == std::vector{0, 1, 2, 3}));
    BOOST_TEST(c.subscribers() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
