#include "pubsub/worker_log.hpp"

#include <array>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <rill/core/mailbox.hpp>
#include <rill/pubsub/hub.hpp>
#include <stdexcept>

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

// What it throws leaves the event loop; those behind it have their turn in the next, not with the next event.
BOOST_AUTO_TEST_CASE(a_completion_handler_that_throws_delays_nobody)
{
    manual_loop loop;
    pubsub::hub h;
    auto throwing = h.subscribe("a");
    throwing.next(
        boost::asio::bind_executor(loop.context.get_executor(), [](rill::error_code, const pubsub::encoded_event&) {
            throw std::runtime_error("from a completion handler");
        }));
    coroutine_client behind(loop, h.subscribe("b"));
    BOOST_REQUIRE(h.publish("a", "x").has_value());
    BOOST_REQUIRE(h.publish("b", "x").has_value());
    BOOST_CHECK_THROW(loop.turn(), std::runtime_error);
    loop.turn();
    BOOST_TEST(parse_events(behind.out.sent).size() == 1U);
    behind.cut();
}

// Batches are counted in 32 bits, from shortly before these are used up.
BOOST_AUTO_TEST_CASE(more_batches_than_there_are_numbers)
{
    constexpr int batches = 1100;
    manual_loop loop;
    auto c = counted();
    const auto route = rill::make_handler(rill::sse::endpoint(c));
    direct_client direct(loop, route);
    coroutine_client handler(loop, c.subscribe());
    for (int i = 0; i < batches; ++i) {
        publish(c, 1);
        loop.turn();
    }
    BOOST_TEST(parse_events(direct.out.sent).size() == std::size_t{batches});
    BOOST_TEST(parse_events(handler.out.sent).size() == std::size_t{batches});
    direct.cut();
    handler.cut();
}

// One message for each worker, not for each stream, and one for all that is published until it is read.
BOOST_AUTO_TEST_CASE(messages_to_workers)
{
    constexpr std::size_t streams = 100; // of each of two kinds
    manual_loop loops[3];
    auto c = counted();
    const auto route = rill::make_handler(rill::sse::endpoint(c));
    std::vector<std::unique_ptr<direct_client>> direct;
    std::vector<std::unique_ptr<coroutine_client>> handlers;
    for (std::size_t i = 0; i < streams; ++i) {
        for (auto* loop : {&loops[0], &loops[1]}) { // none in the third
            direct.push_back(std::make_unique<direct_client>(*loop, route));
            handlers.push_back(std::make_unique<coroutine_client>(*loop, c.subscribe()));
        }
    }
    const auto turn = [&] {
        for (auto& loop : loops) {
            for (int i = 0; i < 5; ++i) {
                loop.turn();
            }
        }
    };
    turn();
    const auto posted = [&](std::size_t i) { return rill::mailbox::of(loops[i].context).posted(); };
    const std::array<std::uint64_t, 3> before{posted(0), posted(1), posted(2)};
    for (std::uint64_t rounds = 1; rounds <= 3; ++rounds) {
        publish(c, rounds == 3 ? 20 : 1);
        for (const std::size_t worker : {0, 1}) {
            BOOST_TEST(posted(worker) - before[worker] == rounds);
        }
        BOOST_TEST(posted(2) == before[2]);
        turn();
    }
    BOOST_TEST(c.stats().delivered == 22 * 4 * streams);
    for (std::size_t i = 0; i < direct.size(); ++i) {
        BOOST_TEST(parse_events(direct[i]->out.sent).size() == 22U);
        BOOST_TEST(parse_events(handlers[i]->out.sent).size() == 22U);
        direct[i]->cut();
        handlers[i]->cut();
    }
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
        return std::count_if(clients.begin(), clients.end(), [](const auto& k) {
            return k && k->out.chunks > 1; /* its place */
        });
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
