#include "pubsub/backfill.hpp"

#include <rill/pubsub/hub.hpp>
#include <thread>

#include "late_process.hpp"
#include "numeric_stage.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(backfill_test)

BOOST_AUTO_TEST_CASE(a_client_of_another_process_continues)
{
    late_process p;
    direct_client direct(p.loop, p.route, shared_log::id_of(10));
    coroutine_client handler(p.loop, p.channel->subscribe(shared_log::id_of(20)));
    p.turns();
    BOOST_TEST(p.plane->pending() == 2U);
    BOOST_TEST(direct.got() == "");
    p.append(5); // during the backfill
    p.plane->deliver(2);
    p.answer_all();
    BOOST_TEST(numbers(direct.out.sent) == range(11, 202));  // the channel holds the last event of the page
    BOOST_TEST(numbers(handler.out.sent) == range(21, 205)); // the stream is ahead of the channel
    BOOST_TEST(p.plane->longest < 100U);                     // the pages are bounded, so there were several
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
    p.append(100); // the stream is live
    p.plane->deliver();
    p.answer_all();
    BOOST_TEST(numbers(direct.out.sent) == range(11, 308));
    BOOST_TEST(p.plane->reads == reads);
    BOOST_TEST(p.channel->stats().backfill_reads == reads);
    BOOST_TEST(p.channel->stats().gaps == 0U);
    direct.cut();
    handler.cut();
}

BOOST_AUTO_TEST_CASE(a_client_that_missed_nothing_gets_no_gap)
{
    late_process p;
    direct_client at_the_beginning(p.loop, p.route, shared_log::id_of(200)); // the process begins after this event
    p.append(1);
    direct_client ahead(p.loop, p.route, shared_log::id_of(201)); // this process does not have the event yet
    p.answer_all();
    p.append(1);
    p.plane->deliver();
    p.answer_all();
    BOOST_TEST(numbers(at_the_beginning.out.sent) == "201 202");
    BOOST_TEST(numbers(ahead.out.sent) == "202");
    at_the_beginning.cut();
    ahead.cut();
}

BOOST_AUTO_TEST_CASE(events_that_the_log_does_not_hold_are_a_gap)
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
    BOOST_TEST(p.channel->stats().backfill_failures == 0U);
    for (auto* client : {&just_so, &lost}) {
        client->cut();
    }
    nonsense.cut();
}

BOOST_AUTO_TEST_CASE(events_that_the_connection_lost_are_read_from_the_log)
{
    late_process p(10);
    p.append(20);
    direct_client client(p.loop, p.route, shared_log::id_of(5));
    p.plane->lose(20);
    p.answer_all();
    BOOST_TEST(numbers(client.out.sent) == range(6, 30)); // the log still holds them
    p.append(1);
    p.plane->deliver();
    p.answer_all();
    BOOST_TEST(numbers(client.out.sent) == range(6, 31));
    client.cut();
}

// The log also has events of other topics.
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

BOOST_AUTO_TEST_CASE(a_failed_read_of_the_log_is_a_gap)
{
    late_process p;
    direct_client direct(p.loop, p.route, shared_log::id_of(10));
    coroutine_client handler(p.loop, p.channel->subscribe(shared_log::id_of(20)));
    direct_client forgotten(p.loop, p.route, shared_log::id_of(30));
    p.turns();
    p.plane->answer_after(shared_log::id_of(10)); // its first page
    p.plane->failing = true;
    p.plane->answer_after(shared_log::id_of(20));
    p.plane->forget();
    p.turns();
    BOOST_TEST(numbers(handler.out.sent).starts_with("gap{"));
    BOOST_TEST(numbers(forgotten.out.sent).starts_with("gap{"));
    p.answer_all();
    BOOST_TEST(numbers(direct.out.sent).starts_with(range(11, 74) + " gap{"));
    BOOST_TEST(p.channel->stats().backfill_failures == 3U);
    p.append(2);
    p.plane->deliver();
    p.turns();
    BOOST_TEST(numbers(direct.out.sent).ends_with("} 201 202"));
    BOOST_TEST(numbers(handler.out.sent).ends_with("} 201 202"));
    direct.cut();
    handler.cut();
    forgotten.cut();
}

// The backplane answers from its own thread. ThreadSanitizer checks this case.
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
        p.loop.turn(); // at the same time, but only the other thread uses the log
        other.join();
    }
    p.answer_all();
    BOOST_TEST(numbers(client.out.sent) == range(2, 310));
    client.cut();
}

namespace {

/// A hub that begins to read a numeric log now.
struct late_hub
{
    manual_loop loop;
    numeric_log log;
    std::shared_ptr<numeric_backplane> plane;
    std::optional<pubsub::hub> hub;
    rill::handler route;

    /// @param rare  every event with this multiple as its number has the topic "rare", all others "often"
    explicit late_hub(std::uint64_t events, std::uint64_t rare, std::string_view data = {})
    {
        for (std::uint64_t n = 1; n <= events; ++n) {
            log.append(n % rare == 0 ? "rare" : "often", std::string(data));
        }
        plane = std::make_shared<numeric_backplane>(log);
        hub.emplace(pubsub::hub_options{}, plane);
        route = rill::make_handler(rill::sse::endpoint(*hub));
    }
    direct_client direct(std::string_view topics, std::string_view id)
    {
        return {loop, route, id, "/?topics=" + std::string(topics)};
    }
    void turns()
    {
        for (int i = 0; i < 5; ++i) {
            loop.turn();
        }
    }
    void answer_all()
    {
        for (turns(); plane->pending() != 0; turns()) {
            plane->answer();
        }
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(pages_of_a_log_that_selects_topics)
{
    late_hub h(1000, 250);
    h.plane->max_looks = 100;
    auto rare = h.direct("rare", "10");
    h.answer_all();
    BOOST_TEST(summary(rare.out.sent) == "250 500 750 1000");
    BOOST_TEST(h.plane->empty_pages > 0U);
    const auto reads = h.plane->reads;
    h.log.append("often"); // 1001
    h.log.append("rare");  // 1002
    h.plane->deliver();
    h.answer_all();
    BOOST_TEST(summary(rare.out.sent) == "250 500 750 1000 1002");
    BOOST_TEST(h.plane->reads == reads); // the stream is live
    rare.cut();
}

// The last page ends after the position of the process. The stream waits for the events of the process.
BOOST_AUTO_TEST_CASE(a_process_that_lags_behind_the_reads)
{
    late_hub h(100, 2);
    for (int n = 101; n <= 110; ++n) {
        h.log.append(n % 2 == 0 ? "rare" : "often");
    }
    auto client = h.direct("rare", "95");
    h.answer_all();
    BOOST_TEST(summary(client.out.sent) == "96 98 100 102 104 106 108 110");
    const auto reads = h.plane->reads;
    h.loop.turn();
    BOOST_TEST(h.plane->reads == reads); // it does not read in a loop
    h.plane->deliver(4);                 // 101 to 104
    h.answer_all();
    h.plane->deliver();
    h.answer_all();
    h.log.append("rare"); // 111
    h.plane->deliver();
    h.answer_all();
    BOOST_TEST(summary(client.out.sent) == "96 98 100 102 104 106 108 110 111");
    BOOST_TEST(h.hub->stats().gaps == 0U);
    client.cut();
}

BOOST_AUTO_TEST_CASE(pages_are_limited_in_bytes)
{
    const std::string large(300'000, 'x');
    late_hub h(20, 1, large);
    auto client = h.direct("rare", "1");
    h.answer_all();
    BOOST_TEST(parse_events(client.out.sent).size() == 19U);
    BOOST_TEST(h.plane->largest_page <= 1024U * 1024U);
    BOOST_TEST(h.plane->reads >= 6U);
    client.cut();
}

// The log loses its newest events while a stream reads the past. The stream gets no event twice.
BOOST_AUTO_TEST_CASE(a_log_that_loses_events_between_two_pages)
{
    late_hub h(200, 1);
    auto client = h.direct("rare", "10");
    h.loop.turn();
    h.plane->answer(); // 11 to 74
    h.loop.turn();
    h.log.append("rare"); // 201
    h.plane->deliver();
    h.log.lose_tail(50, 99); // 300
    h.plane->deliver();
    h.log.append("rare"); // 301
    h.plane->deliver();
    h.answer_all();
    const auto got = summary(client.out.sent);
    BOOST_TEST(got.starts_with(range(11, 74) + " gap"), got);
    BOOST_TEST(got.ends_with(" 301"), got);
    client.cut();
}

BOOST_AUTO_TEST_SUITE_END()
