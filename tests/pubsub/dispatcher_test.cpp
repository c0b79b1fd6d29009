#include "pubsub/dispatcher.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/system/system_error.hpp>
#include <rill/pubsub/hub.hpp>
#include <stdexcept>

#include "stage.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(dispatcher_test)

// The worker gets more events than its outbox holds. Its streams read the missing events from the history.
BOOST_AUTO_TEST_CASE(streams_of_a_slow_worker_read_from_the_history)
{
    manual_loop loop;
    auto c = counted({.replay = {.max_events = 10}, .slow = pubsub::slow_policy::drop_oldest});
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

// The exception leaves the event loop. The next turn serves the remaining subscribers.
BOOST_AUTO_TEST_CASE(a_completion_handler_that_throws_does_not_block_the_others)
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

// Batches are counted in 32 bits. The count begins shortly before the overflow.
BOOST_AUTO_TEST_CASE(the_count_of_batches_may_overflow)
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

// A loop over many streams yields to the event loop. Meanwhile, streams may begin and end.
BOOST_AUTO_TEST_CASE(a_loop_over_many_streams_yields)
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
            return k && k->out.chunks > 1; /* the first chunk is its position */
        });
    };
    for (int turns = 0; sent_before == 0; ++turns) {
        BOOST_REQUIRE_LT(turns, 100);
        loop.context.restart();
        loop.context.poll_one();
        sent_before = static_cast<std::size_t>(sent());
    }
    BOOST_TEST(sent_before < 1000U);
    for (std::size_t i = 0; i < 1000; i += 2) { // half of the streams that wait for the event, and half of the others
        clients[i]->cut();
        clients[i].reset();
    }
    direct_client late(loop, route); // runs the loop
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

BOOST_AUTO_TEST_CASE(a_handler_may_unsubscribe_others)
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

// A handler that ends destroys its subscription. It may also destroy the subscription of another handler.
BOOST_AUTO_TEST_CASE(a_context_ends_with_handlers_that_wait_for_patterns)
{
    pubsub::hub h;
    std::vector<manual_loop::outcome> ends(4);
    {
        manual_loop loop;
        std::optional<pubsub::subscription> shared(h.subscribe("rooms/*"));
        for (auto& end : ends) {
            loop.start(
                [](pubsub::subscription mine, std::optional<pubsub::subscription>& other) -> rill::awaitable<> {
                    const struct ending
                    {
                        std::optional<pubsub::subscription>& ends_with_it;
                        ~ending() { ends_with_it.reset(); }
                    } here{other};
                    for (;;) {
                        co_await mine.next();
                    }
                }(h.subscribe("rooms/*"), shared),
                end);
        }
        manual_loop::outcome end;
        loop.start([](pubsub::subscription& s) -> rill::awaitable<> { co_await s.next(); }(*shared), end);
        BOOST_REQUIRE(h.publish("rooms/1", "x").has_value()); // adds them to the list of a topic, too
        loop.turn();
        BOOST_TEST(end.done);
    }
    BOOST_TEST(h.stats().subscribers == 0U);
}

// The completion handler of a coroutine throws if the coroutine ends with an exception.
BOOST_AUTO_TEST_CASE(completion_handlers_that_throw_at_the_end_of_the_context)
{
    auto c = counted();
    int ended = 0;
    std::vector<pubsub::subscription> all;
    {
        manual_loop loop;
        for (int i = 0; i < 3; ++i) {
            all.push_back(c.subscribe());
            all.back().next(boost::asio::bind_executor(loop.context.get_executor(),
                                                       [&](rill::error_code ec, const pubsub::encoded_event&) {
                                                           ++ended;
                                                           throw boost::system::system_error(ec);
                                                       }));
        }
    }
    BOOST_TEST(ended == 3);
}

BOOST_AUTO_TEST_SUITE_END()
