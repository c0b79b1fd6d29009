#include "pubsub/past_reading.hpp"

#include <thread>

#include "late_process.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(past_reading_test)

BOOST_AUTO_TEST_CASE(a_log_that_fails_is_a_gap)
{
    late_process p;
    direct_client direct(p.loop, p.route, shared_log::id_of(10));
    coroutine_client handler(p.loop, p.channel->subscribe(shared_log::id_of(20)));
    direct_client forgotten(p.loop, p.route, shared_log::id_of(30));
    p.turns();
    p.plane->answer_behind(shared_log::id_of(10)); // its first page
    p.plane->failing = true;
    p.plane->answer_behind(shared_log::id_of(20));
    p.plane->forget();
    p.turns();
    BOOST_TEST(numbers(handler.out.sent).starts_with("gap{"));
    BOOST_TEST(numbers(forgotten.out.sent).starts_with("gap{"));
    p.answer_all();
    BOOST_TEST(numbers(direct.out.sent).starts_with(range(11, 74) + " gap{"));
    BOOST_TEST(p.channel->stats().past_failures == 3U);
    p.append(2);
    p.plane->deliver();
    p.turns();
    BOOST_TEST(numbers(direct.out.sent).ends_with("} 201 202"));
    BOOST_TEST(numbers(handler.out.sent).ends_with("} 201 202"));
    direct.cut();
    handler.cut();
    forgotten.cut();
}

BOOST_AUTO_TEST_CASE(who_leaves_does_not_wait_for_the_log)
{
    late_process p(20, {.on_unknown_id = pubsub::unknown_id::reject});
    coroutine_client handler(p.loop, p.channel->subscribe(shared_log::id_of(3)));
    boost::asio::cancellation_signal leave;
    manual_loop::outcome end;
    auto r = request_with_id(shared_log::id_of(4));
    p.loop.start(
        [](const rill::handler& route, rill::request& r) -> rill::awaitable<> {
            auto answer = co_await route(r);
            BOOST_ERROR("there was an answer");
        }(p.route, r),
        end, leave);
    coroutine_client at_end(p.loop, p.channel->subscribe(shared_log::id_of(20)));
    p.turns();
    BOOST_TEST(p.channel->subscribers() == 3U);
    leave.emit(boost::asio::cancellation_type::terminal);
    handler.cut();
    at_end.cut();
    p.turns();
    BOOST_TEST(end.done);
    BOOST_TEST(p.channel->subscribers() == 0U);
    p.answer_all(); // nobody is there
}

// Answers come from a thread of the backplane's own. For ThreadSanitizer.
BOOST_AUTO_TEST_CASE(answers_from_another_thread)
{
    late_process p(300);
    direct_client client(p.loop, p.route, shared_log::id_of(1));
    for (int i = 0; i < 10; ++i) {
        p.turns();
        std::thread other([&] {
            p.plane->pending() != 0 ? p.plane->answer() : void();
            p.append(1);
            p.plane->deliver();
        });
        p.loop.turn(); // at the same time; the log is the other's for now
        other.join();
    }
    p.answer_all();
    BOOST_TEST(numbers(client.out.sent) == range(2, 310));
    client.cut();
}

BOOST_AUTO_TEST_SUITE_END()
