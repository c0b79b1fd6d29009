#include "pubsub/worker_log.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/system/system_error.hpp>
#include <rill/pubsub/hub.hpp>
#include <thread>

#include "stage.hpp"
#include "support/cpu_time.hpp"

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

// Each handler's unwinding destroys its subscription, and perhaps that of another one.
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
        BOOST_REQUIRE(h.publish("rooms/1", "x").has_value()); // so that they are in a topic's list, too
        loop.turn();
        BOOST_TEST(end.done);
    }
    BOOST_TEST(h.stats().subscribers == 0U);
}

// As one of a coroutine does that rethrows what its coroutine has ended by.
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

namespace {

// What it takes to answer a request for all topics of a hub that has so many, with a stream for each.
std::chrono::nanoseconds time_to_join(int topics)
{
    manual_loop loop;
    pubsub::hub h({.channel = {.replay = {.events = 1}}});
    const auto route = rill::make_handler(rill::sse::endpoint(h));
    direct_client all(loop, route, {}, "/?topics=**");
    for (int i = 0; i < topics; ++i) {
        BOOST_REQUIRE(h.publish("topic" + std::to_string(i), "x").has_value());
        if (i % 1000 == 999) {
            loop.turn();
        }
    }
    loop.turn();
    const auto time =
        cpu_time_of([&] { BOOST_TEST(answer_on(loop, route, request_with_id({}, "/?topics=*")).streams()); });
    all.cut();
    return time;
}

} // namespace

// Sixteen times as many topics: sixteen times the work, or a bit more where they leave the caches. The square is 256.
BOOST_AUTO_TEST_CASE(to_join_many_topics_takes_as_long_as_there_are_topics)
{
    const auto few = time_to_join(1'500);
    const auto many = time_to_join(24'000);
    BOOST_TEST(many.count() < 80 * few.count());
}

// Links of topics that are gone are used again.
BOOST_AUTO_TEST_CASE(topics_that_come_and_go_take_no_more_links)
{
    manual_loop loop;
    pubsub::hub h({.idle = std::chrono::milliseconds(1)});
    const auto route = rill::make_handler(rill::sse::endpoint(h));
    direct_client all(loop, route, {}, "/?topics=**");
    for (int i = 0; i < 50; ++i) {
        BOOST_REQUIRE(h.publish("a" + std::to_string(i), "x").has_value());
        BOOST_REQUIRE(h.publish("b" + std::to_string(i), "x").has_value());
        loop.turn();
        std::this_thread::sleep_for(std::chrono::milliseconds(2)); // at least
        h.log()->sweep();
        loop.turn();
    }
    BOOST_TEST(parse_events(all.out.sent).size() >= 100U);
    BOOST_TEST(dynamic_cast<pubsub::detail::subscriber&>(*all.body).more_links->all.size() <= 4U);
    all.cut();
}

BOOST_AUTO_TEST_SUITE_END()
