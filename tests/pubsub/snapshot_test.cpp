#include <rill/pubsub/snapshot.hpp>

#include <rill/pubsub/hub.hpp>

#include "snapshot_stage.hpp"

using namespace rill_test;
using namespace std::chrono_literals;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(snapshot_test)

BOOST_AUTO_TEST_CASE(holds_events_in_order)
{
    pubsub::snapshot s;
    s.add({.data = "1", .name = "a"}, "topic");
    s.add("2");
    s.set_position("7");
    const auto content = std::move(s).release();
    BOOST_REQUIRE(content.events.size() == 2U);
    BOOST_TEST(content.events[0].name() == "a");
    BOOST_TEST(content.events[0].topic() == "topic");
    BOOST_TEST(content.events[1].data() == "2");
    BOOST_TEST(*content.position == "7");
    BOOST_TEST(!content.failure);
}

BOOST_AUTO_TEST_CASE(keeps_the_first_error)
{
    pubsub::snapshot s;
    s.add({.data = "x", .id = 1});
    s.add("\xff");
    BOOST_TEST((std::move(s).release().failure == rill::error::event_id_refused));
    pubsub::snapshot other;
    other.add("\xff");
    BOOST_TEST((std::move(other).release().failure == rill::error::invalid_utf8));
}

BOOST_AUTO_TEST_CASE(a_client_gets_the_snapshot_and_then_the_later_events)
{
    snapshot_stage f({.history = pubsub::everything});
    f.publish(3);
    direct_client client(f.loop, f.route);
    f.turns();
    BOOST_TEST(client.got() == "state3");
    BOOST_TEST(parse_events(client.out.sent).back().id == "3");
    f.publish(2);
    f.turns();
    BOOST_TEST(client.got() == "state3 4 5");
    BOOST_TEST(f.last.position == "3");
    BOOST_TEST(f.last.topics.empty());
    BOOST_TEST(f.c.stats().snapshots == 1U);
    client.cut();
}

BOOST_AUTO_TEST_CASE(a_handler_that_joins_gets_the_snapshot)
{
    snapshot_stage f({.history = pubsub::everything});
    f.publish(3);
    auto joined = f.c.join();
    BOOST_TEST(!joined.position()); // a client that is cut during the snapshot needs it again
    coroutine_client client(f.loop, std::move(joined));
    coroutine_client subscribed(f.loop, f.c.subscribe());
    f.turns();
    f.publish(1);
    f.turns();
    BOOST_TEST(client.got() == "state3 4");
    BOOST_TEST(subscribed.got() == "1 2 3 4");
    client.cut();
    subscribed.cut();
}

BOOST_AUTO_TEST_CASE(one_call_serves_all_clients_that_join_during_it)
{
    snapshot_stage f;
    f.publish(2);
    f.opened.close();
    std::vector<std::unique_ptr<direct_client>> clients;
    std::vector<std::unique_ptr<coroutine_client>> handlers;
    for (int i = 0; i < 10; ++i) {
        clients.push_back(std::make_unique<direct_client>(f.loop, f.route));
        handlers.push_back(std::make_unique<coroutine_client>(f.loop, f.c.join()));
        f.turns();
        f.publish(1);
    }
    f.turns();
    BOOST_TEST(clients.front()->got().empty());
    f.opened.open();
    f.turns();
    BOOST_TEST(f.calls == 1);
    for (int i = 0; i < 10; ++i) {
        BOOST_TEST(clients[static_cast<std::size_t>(i)]->got() == "state2 3 4 5 6 7 8 9 10 11 12");
        BOOST_TEST(handlers[static_cast<std::size_t>(i)]->got() == "state2 3 4 5 6 7 8 9 10 11 12");
        clients[static_cast<std::size_t>(i)]->cut();
        handlers[static_cast<std::size_t>(i)]->cut();
    }
}

BOOST_AUTO_TEST_CASE(a_result_serves_later_clients_for_a_while)
{
    snapshot_stage f({.snapshot_use = {.max_age = 100ms, .max_later_events = 3}});
    const auto joins = [&f] {
        direct_client client(f.loop, f.route);
        f.turns();
        auto got = client.got();
        client.cut();
        return got;
    };
    direct_client present(f.loop, f.route); // the dispatcher exists as long as it has a stream
    f.turns();
    f.publish(3);
    BOOST_TEST(joins() == "state0 1 2 3");
    BOOST_TEST(f.calls == 1);
    f.publish(1);
    BOOST_TEST(joins() == "state4"); // more than three later events
    BOOST_TEST(f.calls == 2);
    f.loop.pass(99ms);
    BOOST_TEST(joins() == "state4");
    BOOST_TEST(f.calls == 2);
    f.loop.pass(2ms);
    BOOST_TEST(joins() == "state4");
    BOOST_TEST(f.calls == 3);
    present.cut();
}

BOOST_AUTO_TEST_CASE(a_client_that_resumes_gets_no_snapshot)
{
    snapshot_stage f;
    f.publish(3);
    direct_client client(f.loop, f.route, "1");
    f.turns();
    BOOST_TEST(client.got() == "2 3");
    BOOST_TEST(f.calls == 0);
    client.cut();
}

// The notice has no id. Otherwise a client that is cut after the notice would resume without the snapshot.
BOOST_AUTO_TEST_CASE(a_client_with_an_unknown_id_gets_a_gap_and_the_snapshot)
{
    snapshot_stage f({.replay = {.max_events = 2}});
    f.publish(5);
    direct_client client(f.loop, f.route, "1");
    coroutine_client handler(f.loop, f.c.join("1"));
    coroutine_client subscribed(f.loop, f.c.subscribe("1"));
    f.turns();
    f.publish(1);
    f.turns();
    const std::string expected = R"(gap{"requested":"1","oldest":"4"} state5 6)";
    BOOST_TEST(client.got() == expected);
    BOOST_TEST(handler.got() == expected);
    BOOST_TEST(subscribed.got() == R"(gap{"requested":"1","oldest":"4"} 4 5 6)");
    BOOST_TEST(parse_events(client.out.sent).front().id.empty());
    BOOST_TEST(f.c.stats().gaps == 3U);
    client.cut();
    handler.cut();
    subscribed.cut();
}

BOOST_AUTO_TEST_CASE(the_other_policies_for_unknown_ids)
{
    snapshot_stage reset({.replay = {.max_events = 2}, .on_unknown_id = pubsub::unknown_id::reset});
    reset.publish(5);
    direct_client client(reset.loop, reset.route, "1");
    reset.turns();
    BOOST_TEST(client.got() == "state5");
    client.cut();

    snapshot_stage reject({.replay = {.max_events = 2}, .on_unknown_id = pubsub::unknown_id::reject});
    reject.publish(5);
    BOOST_TEST((answer_on(reject.loop, reject.route, request_with_id("1")).status() == rill::status::gone));
    BOOST_TEST((reject.c.join("1").ended() == rill::error::unknown_event_id));
    BOOST_TEST(reject.calls == 0);
}

// Only the last event has the id.
BOOST_AUTO_TEST_CASE(a_client_that_is_cut_during_the_snapshot_gets_a_snapshot_again)
{
    snapshot_stage f;
    f.publish(2);
    f.change = [](pubsub::snapshot& s) {
        s.add("more");
        s.add("last");
    };
    direct_client client(f.loop, f.route);
    f.turns();
    const auto events = parse_events(client.out.sent);
    BOOST_REQUIRE(events.size() == 3U);
    BOOST_TEST(events[0].id.empty());
    BOOST_TEST(events[1].id.empty());
    BOOST_TEST(events[2].id == "2");
    BOOST_TEST(client.out.sent.find("id:") == client.out.sent.rfind("id:"));
    client.cut();
}

// A client that gets no event of a snapshot gets an id without data.
BOOST_AUTO_TEST_CASE(a_snapshot_without_events_has_an_id)
{
    snapshot_stage f;
    f.publish(2);
    f.change = [](pubsub::snapshot& s) { s = pubsub::snapshot(); };
    direct_client client(f.loop, f.route);
    f.turns();
    BOOST_TEST(client.got().empty());
    BOOST_TEST(client.out.sent.find("id: 2\n\n") != std::string::npos);
    client.cut();
}

BOOST_AUTO_TEST_CASE(the_application_sets_the_position)
{
    snapshot_stage f;
    f.publish(5);
    f.change = [](pubsub::snapshot& s) { s.set_position("3"); };
    direct_client client(f.loop, f.route);
    f.turns();
    BOOST_TEST(client.got() == "state5 4 5");
    BOOST_TEST(parse_events(client.out.sent).front().id == "3");
    client.cut();
}

BOOST_AUTO_TEST_CASE(the_position_of_a_snapshot_may_be_later_than_the_call)
{
    snapshot_stage f;
    f.opened.close();
    direct_client client(f.loop, f.route);
    f.turns();
    f.publish(4);
    f.change = [](pubsub::snapshot& s) { s.set_position("3"); };
    f.opened.open();
    f.turns();
    BOOST_TEST(client.got() == "state0 4");
    client.cut();
}

BOOST_AUTO_TEST_CASE(the_streams_end_if_the_channel_does_not_hold_the_events_after_the_position)
{
    for (const auto* position : {"1", "9", "x"}) {
        snapshot_stage f({.replay = {.max_events = 2}});
        f.publish(5);
        f.change = [position](pubsub::snapshot& s) { s.set_position(position); };
        direct_client client(f.loop, f.route);
        auto joined = f.c.join();
        coroutine_client handler(f.loop, std::move(joined));
        f.turns(20);
        BOOST_TEST((client.out.ended == rill::close_reason::handler_error));
        BOOST_TEST(handler.done);
        BOOST_TEST(client.got().empty());
        client.cut();
        handler.cut();
    }
}

BOOST_AUTO_TEST_CASE(the_topics_of_a_hub)
{
    manual_loop loop;
    std::vector<std::string> asked;
    const auto take = [&asked](pubsub::snapshot_request r) -> rill::awaitable<rill::result<pubsub::snapshot>> {
        std::string names;
        pubsub::snapshot s;
        for (const auto& t : r.topics) {
            names.append(names.empty() ? "" : "+").append(t.text());
            s.add({.data = t.text(), .name = "state"}, t.text());
        }
        asked.push_back(names);
        co_return s;
    };
    pubsub::hub h({.channel = {.snapshot = take}},
                  std::make_shared<pubsub::memory_backplane>(pubsub::memory_backplane::settings{.first_id = 1}));
    BOOST_REQUIRE(h.publish("a", "x").has_value());
    BOOST_REQUIRE(h.publish("b", "x").has_value());
    coroutine_client ab(loop, h.join(std::vector<std::string>{"b", "a"}));
    coroutine_client ba(loop, h.join(std::vector<std::string>{"a", "b", "a"}));
    coroutine_client b(loop, h.join("b"));
    coroutine_client all(loop, h.join("**"));
    for (int i = 0; i < 5; ++i) {
        loop.turn();
    }
    for (const auto* topic : {"a", "b", "c"}) {
        BOOST_REQUIRE(h.publish(topic, "x").has_value());
    }
    loop.turn();
    BOOST_TEST(ab.got() == "statea stateb 3 4");
    BOOST_TEST(ba.got() == "statea stateb 3 4");
    BOOST_TEST(b.got() == "stateb 4");
    BOOST_TEST(all.got() == "state** 3 4 5");
    BOOST_TEST((asked == std::vector<std::string>{"a+b", "b", "**"}));
    for (auto* client : {&ab, &ba, &b, &all}) {
        client->cut();
    }
}

// Before the log has begun, the channel does not know which events follow.
BOOST_AUTO_TEST_CASE(a_call_waits_until_the_log_has_begun)
{
    numeric_log log(100);
    const auto plane = std::make_shared<numeric_backplane>(log);
    plane->connects_late = true;
    snapshot_stage f({}, plane);
    direct_client client(f.loop, f.route);
    f.turns();
    BOOST_TEST(f.calls == 0);
    log.append({});
    plane->begin();
    f.turns();
    BOOST_TEST(f.calls == 1);
    log.append({});
    plane->deliver();
    f.turns();
    BOOST_TEST(client.got() == "state0 101");
    client.cut();
}

BOOST_AUTO_TEST_SUITE_END()
