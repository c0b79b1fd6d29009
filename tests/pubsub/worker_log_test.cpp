#include "pubsub/worker_log.hpp"

#include <boost/asio/post.hpp>

#include "stage.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(worker_log_test)

// More than a worker may have waiting: its streams find in the log what there is.
BOOST_AUTO_TEST_CASE(a_worker_that_is_behind)
{
    manual_loop loop;
    auto c = counted({.replay = {.events = 10}, .slow = pubsub::slow_policy::drop_oldest});
    const auto route = rill::make_handler(rill::sse::endpoint(c));
    direct_client direct(loop, route);
    coroutine_client handler(loop, c.subscribe());
    publish(c, 1);
    loop.turn();
    publish(c, 25);
    loop.turn();
    const std::string expected = R"(1 dropped{"count":15} 17 18 19 20 21 22 23 24 25 26)";
    BOOST_TEST(direct.got() == expected);
    BOOST_TEST(handler.got() == expected);
    publish(c, 1);
    loop.turn();
    BOOST_TEST(direct.got() == expected + " 27");
    BOOST_TEST(handler.got() == expected + " 27");
    direct.cut();
    handler.cut();
}

// A loop over many streams lets the event loop have its turn, and streams come and go meanwhile.
BOOST_AUTO_TEST_CASE(others_have_their_turn)
{
    manual_loop loop;
    auto c = counted();
    const auto route = rill::make_handler(rill::sse::endpoint(c));
    std::vector<std::unique_ptr<direct_client>> clients;
    for (int i = 0; i < 1000; ++i) {
        clients.push_back(std::make_unique<direct_client>(loop, route));
    }
    publish(c, 1);
    std::size_t sent_before = 0;
    const auto sent = [&] {
        return std::count_if(clients.begin(), clients.end(), [](const auto& k) { return k && k->out.pieces != 0; });
    };
    for (int turns = 0; sent_before == 0; ++turns) {
        BOOST_REQUIRE_LT(turns, 100);
        loop.context.restart();
        loop.context.poll_one();
        sent_before = static_cast<std::size_t>(sent());
    }
    BOOST_TEST(sent_before < 1000U);
    for (std::size_t i = 0; i < 1000; i += 2) { // half of those that are left, and of those that have it
        clients[i]->cut();
        clients[i].reset();
    }
    direct_client late(loop, route); // the loop turns in here
    publish(c, 1);
    loop.turn();
    for (std::size_t i = 1; i < 1000; i += 2) {
        BOOST_REQUIRE_EQUAL(clients[i]->got(), "1 2");
    }
    BOOST_TEST(late.got() == "2");
    late.cut();
    for (auto& client : clients) {
        if (client) {
            client->cut();
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
