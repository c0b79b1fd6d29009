#include <rill/pubsub/subscription.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <rill/core/as_expected.hpp>
#include <rill/core/interval.hpp>

#include "pubsub/coroutine_subscriber.hpp"
#include "stage.hpp"

using namespace rill_test;
using namespace std::chrono_literals;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(coroutine_subscriber_test)

BOOST_AUTO_TEST_CASE(events_after_the_subscription_are_received)
{
    manual_loop loop;
    auto c = counted();
    publish(c, 3);
    auto s = c.subscribe();
    publish(c, 2); // before the first next()
    coroutine_client client(loop, std::move(s));
    loop.turn();
    BOOST_TEST(client.got() == "4 5");
    publish(c, 1);
    loop.turn();
    publish(c, 40); // one batch
    loop.turn();
    BOOST_TEST(parse_events(client.out.sent).size() == 43U);
    BOOST_TEST(c.stats().delivered == 43U);
    client.cut();
    BOOST_TEST(c.stats().subscribers == 0U);
}

BOOST_AUTO_TEST_CASE(live_events_follow_the_replayed_events)
{
    manual_loop loop;
    auto c = counted();
    publish(c, 100);
    coroutine_client client(loop, c.subscribe("90"));
    publish(c, 5);
    loop.turn();
    publish(c, 1);
    loop.turn();
    BOOST_TEST(client.got() == "91 92 93 94 95 96 97 98 99 100 101 102 103 104 105 106");
    client.cut();
}

BOOST_AUTO_TEST_CASE(history)
{
    manual_loop loop;
    auto some = counted({.history = 2});
    publish(some, 5);
    coroutine_client client(loop, some.subscribe());
    auto all = counted({.history = pubsub::everything});
    publish(all, 3);
    coroutine_client other(loop, all.subscribe());
    loop.turn();
    BOOST_TEST(client.got() == "4 5");
    BOOST_TEST(other.got() == "1 2 3");
    client.cut();
    other.cut();
}

BOOST_AUTO_TEST_CASE(an_id_that_is_not_held_causes_a_gap_or_a_reset)
{
    manual_loop loop;
    auto told = counted({.replay = {.max_events = 2}});
    auto reset = counted({.replay = {.max_events = 2}, .history = 1, .on_unknown_id = pubsub::unknown_id::reset});
    publish(told, 5);
    publish(reset, 5);
    coroutine_client gone(loop, told.subscribe("2"));
    coroutine_client held(loop, told.subscribe("3"));
    coroutine_client never(loop, told.subscribe("6"));
    coroutine_client nonsense(loop, told.subscribe("x"));
    coroutine_client anew(loop, reset.subscribe("2"));
    loop.turn();
    BOOST_TEST(gone.got() == R"(gap{"requested":"2","oldest":"4"} 4 5)");
    BOOST_TEST(held.got() == "4 5");
    BOOST_TEST(never.got() == R"(gap{"requested":"6","oldest":"4"} 4 5)");
    BOOST_TEST(nonsense.got() == R"(gap{"requested":"x","oldest":"4"} 4 5)");
    BOOST_TEST(parse_events(nonsense.out.sent).front().id == "3"); // a client that resumes here gets the rest again
    BOOST_TEST(anew.got() == "5");
    BOOST_TEST(told.stats().gaps == 3U);
    for (auto* client : {&gone, &held, &never, &nonsense, &anew}) {
        client->cut();
    }
}

BOOST_AUTO_TEST_CASE(a_rejected_subscription_ends_at_once)
{
    auto c = counted({.on_unknown_id = pubsub::unknown_id::reject});
    const auto s = c.subscribe("nonsense");
    BOOST_TEST((s.ended() == rill::error::unknown_event_id));
}

// The outcome is the same for every completion token.
BOOST_AUTO_TEST_CASE(the_end_is_the_same_with_every_token)
{
    using tokens = void (*)(manual_loop&, pubsub::subscription, std::string&);
    struct with
    {
        static std::string text(rill::error_code ec, const pubsub::encoded_event& e)
        {
            return ec ? ec.message() + " " : e ? "event " : "empty ";
        }
        static void thrown(manual_loop& loop, pubsub::subscription s, std::string& log)
        {
            manual_loop::outcome end;
            loop.start(
                [](pubsub::subscription s, std::string& to) -> rill::awaitable<> {
                    for (int i = 0; i < 3; ++i) {
                        try {
                            to += text({}, co_await s.next());
                        } catch (const boost::system::system_error& e) {
                            to += text(e.code(), {});
                        }
                    }
                }(std::move(s), log),
                end);
            loop.turn();
        }
        static void returned(manual_loop& loop, pubsub::subscription s, std::string& log)
        {
            manual_loop::outcome end;
            loop.start(
                [](pubsub::subscription s, std::string& to) -> rill::awaitable<> {
                    for (int i = 0; i < 3; ++i) {
                        const auto e = co_await s.next(rill::as_expected);
                        to += e ? text({}, *e) : text(e.error(), {});
                    }
                }(std::move(s), log),
                end);
            loop.turn();
        }
        static void called(manual_loop& loop, pubsub::subscription s, std::string& log)
        {
            for (int i = 0; i < 3; ++i) {
                s.next(boost::asio::bind_executor(
                    loop.context.get_executor(),
                    [&log](rill::error_code ec, const pubsub::encoded_event& e) { log += text(ec, e); }));
                loop.turn();
            }
        }
    };
    auto rejecting = counted({.on_unknown_id = pubsub::unknown_id::reject});
    const auto why = make_error_code(rill::error::unknown_event_id).message() + " ";
    for (const tokens ask : {&with::thrown, &with::returned, &with::called}) {
        manual_loop loop;
        std::string log;
        ask(loop, rejecting.subscribe("nonsense"), log);
        BOOST_TEST(log == "empty " + why + why);
    }
}

BOOST_AUTO_TEST_CASE(the_subscription_of_a_slow_handler_ends)
{
    manual_loop loop;
    auto c = counted({.backlog = {.max_events = 3}});
    coroutine_client client(loop, c.subscribe());
    loop.turn();
    client.out.block();
    for (int i = 0; i < 5; ++i) {
        publish(c, 1);
        loop.turn();
    }
    BOOST_TEST(client.got() == "1");
    BOOST_TEST(c.stats().evicted_slow == 1U);
    client.out.unblock();
    loop.turn();
    BOOST_TEST(client.done); // the loop of the handler has ended
    BOOST_TEST(!client.error);
    BOOST_TEST(client.got() == "1");
}

BOOST_AUTO_TEST_CASE(a_subscription_may_end_while_others_are_notified)
{
    manual_loop loop;
    auto c = counted();
    coroutine_client first(loop, c.subscribe());
    std::optional<coroutine_client> second;
    second.emplace(loop, c.subscribe());
    coroutine_client third(loop, c.subscribe());
    loop.turn();
    publish(c, 1);
    second->cut();
    second.reset();
    loop.turn();
    publish(c, 1);
    loop.turn();
    BOOST_TEST(first.got() == "1 2");
    BOOST_TEST(third.got() == "1 2");
    first.cut();
    third.cut();
}

BOOST_AUTO_TEST_CASE(a_subscription_may_outlive_its_context)
{
    auto c = counted();
    std::optional<pubsub::subscription> kept;
    {
        manual_loop loop;
        manual_loop::outcome end;
        kept.emplace(c.subscribe());
        loop.start([](pubsub::subscription& s) -> rill::awaitable<> { co_await s.next(); }(*kept), end);
        BOOST_TEST(!end.done);
    }
    kept.reset();
    BOOST_TEST(c.subscribers() == 0U);
}

BOOST_AUTO_TEST_CASE(a_handler_can_send_its_start_position)
{
    manual_loop loop;
    auto c = counted();
    publish(c, 3);
    auto news = c.subscribe();
    BOOST_TEST(news.position().bytes() == "id: 3\n\n");
    BOOST_TEST(c.subscribe("1").position().bytes() == "id: 1\n\n");
    BOOST_TEST(!c.subscribe("99").position()); // its first event is a gap notice
    coroutine_client client(loop, std::move(news));
    publish(c, 1);
    loop.turn();
    BOOST_TEST(client.got() == "4");
    client.cut();
    BOOST_TEST(!pubsub::hub().subscribe("a*").position());
}

BOOST_AUTO_TEST_SUITE_END()
