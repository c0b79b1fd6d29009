// A process that comes later to a log that others share: what its clients have missed is in the log, but not with it.

#include <boost/asio/bind_executor.hpp>
#include <functional>

#include "late_process.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(worker_log_past_test)

BOOST_AUTO_TEST_CASE(a_client_of_another_process_goes_on)
{
    late_process p;
    direct_client direct(p.loop, p.route, shared_log::id_of(10));
    coroutine_client handler(p.loop, p.channel->subscribe(shared_log::id_of(20)));
    p.turns();
    BOOST_TEST(p.plane->pending() == 2U);
    BOOST_TEST(direct.got() == "");
    p.append(5); // meanwhile
    p.plane->deliver(2);
    p.answer_all();
    BOOST_TEST(numbers(direct.out.sent) == range(11, 202));  // the page ended with one that the channel has
    BOOST_TEST(numbers(handler.out.sent) == range(21, 205)); // is ahead of it
    BOOST_TEST(p.plane->longest < 100U);                     // bounded, so that there were several
    BOOST_TEST(p.plane->reads >= 6U);
    p.plane->deliver();
    p.turns();
    BOOST_TEST(numbers(direct.out.sent) == range(11, 205));
    BOOST_TEST(numbers(handler.out.sent) == range(21, 205));
    p.append(3);
    p.plane->deliver();
    p.answer_all();
    BOOST_TEST(numbers(direct.out.sent) == range(11, 208));
    BOOST_TEST(numbers(handler.out.sent) == range(21, 208));
    const auto reads = p.plane->reads;
    p.append(100); // as all others from now on
    p.plane->deliver();
    p.answer_all();
    BOOST_TEST(numbers(direct.out.sent) == range(11, 308));
    BOOST_TEST(p.plane->reads == reads);
    BOOST_TEST(p.channel->stats().past_reads == reads);
    BOOST_TEST(p.channel->stats().gaps == 0U);
    direct.cut();
    handler.cut();
}

BOOST_AUTO_TEST_CASE(nothing_was_missed)
{
    late_process p;
    direct_client at_the_beginning(p.loop, p.route, shared_log::id_of(200)); // behind which the process has begun
    p.append(1);
    direct_client ahead(p.loop, p.route, shared_log::id_of(201)); // which this process does not know yet
    p.answer_all();
    p.append(1);
    p.plane->deliver();
    p.answer_all();
    BOOST_TEST(numbers(at_the_beginning.out.sent) == "201 202");
    BOOST_TEST(numbers(ahead.out.sent) == "202");
    at_the_beginning.cut();
    ahead.cut();
}

BOOST_AUTO_TEST_CASE(who_waits_for_the_log_is_woken_by_more_than_a_worker_may_have_waiting)
{
    late_process p(200, {.replay = {.events = 2}});
    p.append(1);
    direct_client ahead(p.loop, p.route, shared_log::id_of(201)); // which this process does not know yet
    p.answer_all();
    p.append(5);
    p.plane->deliver();
    p.answer_all();
    BOOST_TEST(numbers(ahead.out.sent) == range(202, 206));
    ahead.cut();
}

// A page goes to the client as fast as that reads it, and what comes meanwhile does not count as its backlog.
BOOST_AUTO_TEST_CASE(a_slow_client_reads_page_by_page)
{
    late_process p(200, {.backlog = {.events = 5}});
    direct_client slow(p.loop, p.route, shared_log::id_of(100));
    slow.out.block();
    p.answer_all();
    BOOST_TEST(p.plane->reads == 1U);
    for (int i = 0; i < 30; ++i) {
        p.append(1);
        p.plane->deliver();
        p.turns();
    }
    BOOST_TEST((slow.out.ended == rill::close_reason::open));
    slow.out.unblock();
    p.answer_all();
    BOOST_TEST(numbers(slow.out.sent) == range(101, 230));
    slow.cut();
}

// Also that of an event that was found already, and waits for its turn of the event loop.
BOOST_AUTO_TEST_CASE(a_cancelled_wait_keeps_its_place_in_the_past)
{
    for (int cancelled = 1; cancelled <= 40; ++cancelled) {
        late_process p;
        auto s = p.channel->subscribe(shared_log::id_of(100));
        boost::asio::cancellation_signal cancel;
        std::string got;
        int events = 0;
        std::function<void()> next = [&] {
            s.next(boost::asio::bind_cancellation_slot(
                cancel.slot(), boost::asio::bind_executor(
                                   p.loop.context.get_executor(), [&](rill::error_code ec, pubsub::encoded_event e) {
                                       got.append(ec ? "" : got.empty() ? "" : " ").append(ec ? "" : e.data());
                                       const int n = ec ? 0 : ++events;
                                       next();
                                       if (n == cancelled) {
                                           cancel.emit(boost::asio::cancellation_type::terminal);
                                       }
                                   })));
        };
        next();
        p.answer_all();
        BOOST_TEST(got == range(101, 200));
    }
}

// The channel knows the ids, but has dropped some of what came behind: it is not to go on there, which would end it.
BOOST_AUTO_TEST_CASE(known_is_not_held)
{
    late_process p(0, {.replay = {.events = 1000, .bytes = 2000}});
    p.append(150);
    p.plane->deliver();
    BOOST_TEST(p.channel->stats().held_events < 50U);
    direct_client direct(p.loop, p.route, shared_log::id_of(10));
    coroutine_client handler(p.loop, p.channel->subscribe(shared_log::id_of(20)));
    p.answer_all();
    BOOST_TEST(numbers(direct.out.sent) == range(11, 150));
    BOOST_TEST(numbers(handler.out.sent) == range(21, 150));
    BOOST_TEST(p.channel->stats().evicted_slow == 0U);
    direct.cut();
    handler.cut();
}

BOOST_AUTO_TEST_CASE(what_the_log_does_not_hold_either_is_a_gap)
{
    late_process p;
    p.log.trim(100);
    p.append(2);
    p.plane->deliver();
    direct_client just_so(p.loop, p.route, shared_log::id_of(99));
    direct_client lost(p.loop, p.route, shared_log::id_of(98));
    coroutine_client nonsense(p.loop, p.channel->subscribe("x"));
    p.answer_all();
    const auto gap = [](std::string_view requested) {
        return "gap{\"requested\":\"" + std::string(requested) + "\",\"oldest\":\"" + shared_log::id_of(201) + "\"} ";
    };
    BOOST_TEST(numbers(just_so.out.sent) == range(100, 202));
    BOOST_TEST(numbers(lost.out.sent) == gap(shared_log::id_of(98)) + "201 202");
    BOOST_TEST(numbers(nonsense.out.sent) == gap("x") + "201 202");
    BOOST_TEST(p.channel->stats().gaps == 2U);
    BOOST_TEST(p.channel->stats().past_failures == 0U);
    for (auto* client : {&just_so, &lost}) {
        client->cut();
    }
    nonsense.cut();
}

BOOST_AUTO_TEST_CASE(events_that_the_connection_to_the_log_has_lost)
{
    late_process p(10);
    p.append(20);
    direct_client client(p.loop, p.route, shared_log::id_of(5));
    p.plane->lose(20);
    p.answer_all();
    BOOST_TEST(numbers(client.out.sent) == range(6, 30)); // it has not lost them
    p.append(1);
    p.plane->deliver();
    p.answer_all();
    BOOST_TEST(numbers(client.out.sent) == range(6, 31));
    client.cut();
}

BOOST_AUTO_TEST_CASE(policies_for_unknown_ids)
{
    late_process reset(20, {.on_unknown_id = pubsub::unknown_id::reset});
    direct_client anew(reset.loop, reset.route, "x");
    reset.answer_all();
    reset.append(1);
    reset.plane->deliver();
    reset.turns();
    BOOST_TEST(numbers(anew.out.sent) == "21");
    anew.cut();

    late_process reject(20, {.on_unknown_id = pubsub::unknown_id::reject});
    const auto status_of = [&](std::string_view id, bool failing) {
        auto r = request_with_id(id);
        std::optional<rill::response> given;
        boost::asio::co_spawn(reject.loop.context.get_executor(), reject.route(r),
                              [&](std::exception_ptr, rill::response a) { given.emplace(std::move(a)); });
        reject.turns();
        BOOST_TEST(!given.has_value()); // the log is asked first
        reject.plane->failing = failing;
        reject.answer_all();
        return given.value().status();
    };
    BOOST_TEST((status_of("x", false) == rill::status::gone));
    BOOST_TEST((status_of("x", true) == rill::status::service_unavailable));
    BOOST_TEST((status_of(shared_log::id_of(3), false) == rill::status::ok));
    reject.plane->failing = false;
    auto refused = reject.channel->subscribe("x");
    manual_loop::outcome end;
    reject.loop.start([](pubsub::subscription& s) -> rill::awaitable<> { BOOST_TEST(!co_await s.next()); }(refused),
                      end);
    reject.answer_all();
    BOOST_TEST(end.done);
    BOOST_TEST((refused.ended() == rill::error::unknown_event_id));
}

// Events of other topics are in the log, too.
BOOST_AUTO_TEST_CASE(topics_and_patterns)
{
    manual_loop loop;
    shared_log log;
    for (std::size_t n = 1; n <= 200; ++n) {
        log.append(n % 4 == 0 ? "rare" : n % 2 == 0 ? "r/1" : "other");
    }
    auto plane = std::make_shared<remote_backplane>(log);
    pubsub::hub h({}, plane);
    coroutine_client rare(loop, h.subscribe("rare", shared_log::id_of(180)));
    coroutine_client both(loop, h.subscribe(std::vector<std::string>{"rare", "r/*"}, shared_log::id_of(190)));
    const auto turn = [&] {
        for (int i = 0; i < 10; ++i) {
            loop.turn();
            plane->pending() != 0 ? plane->answer() : void();
        }
    };
    turn();
    for (const auto* topic : {"other", "r/2", "rare"}) {
        log.append(topic);
        plane->deliver();
        turn();
    }
    BOOST_TEST(numbers(rare.out.sent) == "184 188 192 196 200 203");
    BOOST_TEST(numbers(both.out.sent) == "192 194 196 198 200 202 203");
    rare.cut();
    both.cut();
}

BOOST_AUTO_TEST_SUITE_END()
