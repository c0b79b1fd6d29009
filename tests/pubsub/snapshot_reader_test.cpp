#include "pubsub/snapshot_reader.hpp"

#include "late_process.hpp"
#include "snapshot_stage.hpp"

using namespace rill_test;
using namespace std::chrono_literals;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(snapshot_reader_test)

// The position of the stream does not depend on the speed of its client.
BOOST_AUTO_TEST_CASE(a_slow_client_gets_exactly_the_later_events)
{
    snapshot_stage f;
    f.publish(2);
    f.change = [](pubsub::snapshot& s) {
        for (int i = 0; i < 40; ++i) {
            s.add({.data = "x", .name = "part"});
        }
    };
    direct_client client(f.loop, f.route);
    client.out.block();
    for (int i = 0; i < 60; ++i) {
        f.turns();
        f.publish(1);
        client.out.unblock();
        client.out.block();
    }
    client.out.unblock();
    f.turns(20);
    const auto events = parse_events(client.out.sent);
    BOOST_REQUIRE(events.size() == 101U);
    BOOST_TEST(events[40].id == "2");
    for (std::size_t i = 41; i < events.size(); ++i) {
        BOOST_TEST(events[i].id == std::to_string(i - 38));
    }
    client.cut();
}

BOOST_AUTO_TEST_CASE(a_client_that_takes_its_snapshot_too_slowly_is_a_slow_client)
{
    snapshot_stage f({.backlog = {.max_events = 5}});
    f.change = [](pubsub::snapshot& s) { s.add("more"); };
    direct_client client(f.loop, f.route);
    client.out.block();
    f.turns();
    f.publish(5);
    f.turns();
    BOOST_TEST((client.out.ended == rill::close_reason::open));
    f.publish(1);
    f.turns();
    BOOST_TEST((client.out.ended == rill::close_reason::evicted));
    client.cut();
}

// Events that arrive during the call are not a backlog.
BOOST_AUTO_TEST_CASE(a_client_does_not_lag_while_it_waits_for_the_snapshot)
{
    snapshot_stage f({.backlog = {.max_events = 5}});
    f.opened.close();
    direct_client client(f.loop, f.route);
    f.turns();
    for (int i = 0; i < 50; ++i) {
        f.publish(1);
        f.turns();
    }
    f.opened.open();
    f.turns(20);
    BOOST_TEST((client.out.ended == rill::close_reason::open));
    BOOST_TEST(parse_events(client.out.sent).size() == 51U);
    BOOST_TEST(parse_events(client.out.sent).back().id == "50");
    client.cut();
}

BOOST_AUTO_TEST_CASE(the_store_drops_events_before_the_snapshot_arrives)
{
    snapshot_stage f({.replay = {.max_events = 3}});
    f.opened.close();
    direct_client client(f.loop, f.route);
    f.turns();
    f.publish(4);
    f.opened.open();
    f.turns(10);
    BOOST_TEST(f.calls == 2);
    BOOST_TEST(client.got() == "state4");
    client.cut();
}

// The clients of several schedules join while the application publishes.
BOOST_AUTO_TEST_CASE(latest_per_key_after_a_snapshot)
{
    snapshot_stage f({.slow = pubsub::slow_policy::latest_per_key});
    f.opened.close();
    direct_client client(f.loop, f.route);
    f.turns();
    for (int i = 0; i < 3; ++i) {
        rill_test::publish(f.c, 1, "a");
        rill_test::publish(f.c, 1, "b");
    }
    f.opened.open();
    f.turns();
    BOOST_TEST(client.got() == "state0 5 6");
    client.cut();
}

// The log holds its past, but not the events after the id.
BOOST_AUTO_TEST_CASE(an_id_that_the_log_does_not_hold)
{
    shared_log log;
    for (int i = 0; i < 100; ++i) {
        log.append({});
    }
    log.trim(50);
    const auto plane = std::make_shared<remote_backplane>(log);
    snapshot_stage f({}, plane);
    direct_client client(f.loop, f.route, shared_log::id_of(10));
    direct_client resumes(f.loop, f.route, shared_log::id_of(98));
    for (int i = 0; i < 10; ++i) {
        f.turns();
        plane->pending() != 0 ? plane->answer() : void();
    }
    log.append({});
    plane->deliver();
    f.turns();
    BOOST_TEST(numbers(client.out.sent) ==
               "gap{\"requested\":\"" + shared_log::id_of(10) + R"(","oldest":null} state0 101)");
    BOOST_TEST(parse_events(client.out.sent)[1].id == shared_log::id_of(100));
    BOOST_TEST(numbers(resumes.out.sent) == "99 100 101");
    client.cut();
    resumes.cut();
}

BOOST_AUTO_TEST_CASE(a_gap_of_the_log_after_the_snapshot)
{
    shared_log log;
    const auto plane = std::make_shared<remote_backplane>(log);
    snapshot_stage f({.snapshot_use = {.max_age = 10s}}, plane);
    f.opened.close();
    direct_client client(f.loop, f.route);
    f.turns();
    log.append({});
    plane->lose(1);
    f.opened.open();
    f.turns();
    auto events = parse_events(client.out.sent);
    BOOST_REQUIRE(events.size() == 3U);
    BOOST_TEST(events[0].name == "state");
    BOOST_TEST(events[1].name == "gap");
    BOOST_TEST(events[1].id.empty()); // a client that is cut now gets the gap again
    BOOST_TEST(events[2].name == "state");
    BOOST_TEST(f.calls == 2);
    direct_client late(f.loop, f.route);
    f.turns();
    BOOST_TEST(f.calls == 2);
    BOOST_TEST(parse_events(late.out.sent).size() == 1U);
    client.cut();
    late.cut();
}

// One call serves all live streams.
BOOST_AUTO_TEST_CASE(live_streams_get_a_snapshot_after_a_gap)
{
    shared_log log;
    const auto plane = std::make_shared<remote_backplane>(log);
    snapshot_stage f({}, plane);
    direct_client one(f.loop, f.route);
    direct_client two(f.loop, f.route);
    coroutine_client joined(f.loop, f.c.join());
    coroutine_client subscribed(f.loop, f.c.subscribe());
    f.turns();
    log.append({});
    plane->deliver();
    f.turns();
    log.append({});
    plane->lose(1);
    f.published = 2;
    f.turns();
    log.append({});
    plane->deliver();
    f.turns();
    BOOST_TEST(f.calls == 2);
    const auto gap = "gap{\"requested\":\"" + shared_log::id_of(1) + "\",\"oldest\":null}";
    for (auto* out : {&one.out, &two.out, &joined.out}) {
        BOOST_TEST(numbers(out->sent) == "state0 1 " + gap + " state2 3");
        BOOST_TEST(parse_events(out->sent)[3].id == shared_log::id_of(2));
    }
    BOOST_TEST(numbers(subscribed.out.sent) == "1 " + gap + " 3");
    one.cut();
    two.cut();
    joined.cut();
    subscribed.cut();
}

// The state of the application does not reach the gap. The stream must not ask again and again.
BOOST_AUTO_TEST_CASE(a_snapshot_before_the_gap_does_not_count)
{
    shared_log log;
    const auto plane = std::make_shared<remote_backplane>(log);
    snapshot_stage f({}, plane);
    f.change = [](pubsub::snapshot& s) { s.set_position(shared_log::id_of(1)); };
    log.append({});
    plane->deliver();
    direct_client client(f.loop, f.route);
    f.turns();
    BOOST_TEST(f.calls == 1);
    log.append({});
    plane->lose(1);
    f.turns(30);
    BOOST_TEST(f.calls == 4);
    BOOST_REQUIRE(f.failures.size() == 1U);
    BOOST_TEST(f.failures[0] == "the channel does not hold all events after the position of the snapshot");
    BOOST_TEST(f.c.stats().snapshot_failures == 1U);
    BOOST_TEST((client.out.ended == rill::close_reason::handler_error));
    client.cut();
}

BOOST_AUTO_TEST_SUITE_END()
