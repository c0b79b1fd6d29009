#include "pubsub/history.hpp"

#include <random>

#include "past_stage.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(history_test)

BOOST_AUTO_TEST_CASE(topics_share_one_sequence)
{
    past_stage s;
    for (const auto* topic : {"a", "b", "a", "c", "b"}) {
        s.publish(topic);
    }
    const auto a = s.filter({"a"});
    const auto both = s.filter({"a", "b"});
    const auto all = s.filter({"**", "a"});
    BOOST_TEST(s.ids(a, 0) == "1 3");
    BOOST_TEST(s.ids(both, 0) == "1 2 3 5");
    BOOST_TEST(s.ids(both, 1, 4) == "2 3");
    BOOST_TEST(s.ids(both, 0, 5, 2) == "1 2");
    BOOST_TEST(s.ids(all, 0) == "1 2 3 4 5");
}

BOOST_AUTO_TEST_CASE(a_stream_resumes_after_an_id)
{
    past_stage s({.replay = {.max_events = 3}});
    for (int i = 0; i < 5; ++i) {
        s.publish("a");
    }
    const auto a = s.filter({"a"});
    const auto past = s.past(a);
    BOOST_TEST(past.sequence_of("4").value() == 4U);
    BOOST_TEST(!past.sequence_of("x").has_value());
    BOOST_TEST(past.holds_all_after(2));
    BOOST_TEST(!past.holds_all_after(1));
    const auto start = past.resume(4);
    BOOST_TEST(start.resumed);
    BOOST_TEST(start.position.seen == 4U);
    BOOST_TEST(start.position.known_lost == 2U);
    BOOST_TEST(start.requested_until == 5U);
    BOOST_TEST(past.id_at(4) == "4");
}

BOOST_AUTO_TEST_CASE(opaque_ids)
{
    past_stage s({.replay = {.max_events = 2}}, {}, {.ids = replay_buffer::id_kind::opaque});
    s.end.begin_id = "begin";
    const auto a = s.filter({"a"});
    BOOST_TEST(s.past(a).sequence_of("begin").value() == 0U);
    s.publish("a", {}, "k1");
    s.publish("b", {}, "k2");
    const auto past = s.past(a);
    BOOST_TEST(past.sequence_of("k1").value() == 1U);
    BOOST_TEST(past.sequence_of("k2").value() == 2U); // an event of another topic, but the newest one
    BOOST_TEST(!past.sequence_of("k3").has_value());
    BOOST_TEST(past.id_at(2) == "k1"); // an ID of the topics of the stream
    s.publish("b", {}, "k3");
    BOOST_TEST(!past.sequence_of("k2").has_value());
    const auto c = s.filter({"c"});
    BOOST_TEST(s.past(c).id_at(3) == "k3");
    BOOST_TEST(s.past(c).id_at(2).empty());
}

BOOST_AUTO_TEST_CASE(policies_for_a_start_without_a_known_id)
{
    const channel_options options{.history = 2};
    past_stage s(options);
    for (int i = 0; i < 5; ++i) {
        s.publish("a");
    }
    const auto a = s.filter({"a"});
    const auto past = s.past(a);
    const auto start = [&](unknown_id how, std::uint64_t entered = UINT64_MAX) {
        return past.start(how, "x", options, entered);
    };
    BOOST_TEST(start(unknown_id::reset).position.seen == 3U);
    BOOST_TEST(start(unknown_id::reset, 1).position.seen == 1U); // the stream gets everything after it
    BOOST_TEST(start(unknown_id::reject).rejected);
    BOOST_TEST(start(unknown_id::gap).position.seen == 0U);
    BOOST_TEST(start(unknown_id::gap).gap.data() == R"({"requested":"x","oldest":"1"})");
    BOOST_TEST(start(unknown_id::gap).gap.id() == "0");
}

BOOST_AUTO_TEST_CASE(replaced_events_do_not_count_as_history)
{
    const channel_options options{.history = 2, .slow = slow_policy::latest_per_key};
    past_stage s(options);
    s.publish("t");
    s.publish("t");
    for (int n = 0; n < 10; ++n) { // 3 to 12
        s.publish("t", "key");
    }
    const auto t = s.filter({"t"});
    const auto start = s.past(t).start(unknown_id::reset, {}, options, UINT64_MAX);
    BOOST_TEST(s.ids(t, start.position.seen) == "2 12");
}

BOOST_AUTO_TEST_CASE(a_loss_is_reported_once)
{
    past_stage s({.replay = {.max_events = 2}});
    for (int i = 0; i < 5; ++i) {
        s.publish("a");
    }
    const auto a = s.filter({"a"});
    const auto past = s.past(a);
    std::vector<found_event> found;
    const auto first = past.collect({.seen = 1, .known_lost = 1}, 5, 1, found);
    BOOST_TEST(first.lost);
    BOOST_TEST(first.lost_until == 3U);
    BOOST_TEST(first.remaining == 2U);
    BOOST_TEST(found.front().sequence == 4U);
    BOOST_TEST(!past.collect({.seen = 1, .known_lost = 3}, 5, 1, found).lost);
    BOOST_TEST(!past.collect({.seen = 3, .known_lost = 3}, 5, 1, found).lost);
}

// A stream with patterns reads all events in order. A stream that names its topics reads each topic. Both must find the
// same events.
BOOST_AUTO_TEST_CASE(both_ways_to_read_find_the_same_events)
{
    const std::vector<std::string> topics{"a", "b", "c", "k/1", "k/2"};
    for (unsigned seed = 1; seed <= 50; ++seed) {
        std::mt19937 random(seed);
        const auto upto = [&](unsigned n) { return static_cast<unsigned>(random() % (n + 1)); };
        past_stage s({.replay = {.max_events = 6}}, {{"k/*", {.slow = slow_policy::latest_per_key}}});
        const auto in_order = s.filter({"*", "k/**"});
        const auto by_topic = s.filter(topics);
        cursor position{};
        for (int step = 0; step < 200; ++step) {
            for (auto n = upto(3); n != 0; --n) {
                s.publish(topics[upto(4)], std::string(1, char('p' + upto(2))));
            }
            std::vector<found_event> found;
            std::vector<found_event> expected;
            const auto ours = s.past(in_order).collect(position, s.end.newest, 1, found);
            const auto theirs = s.past(by_topic).collect(position, s.end.newest, 1, expected);
            BOOST_REQUIRE_EQUAL(found.size(), expected.size());
            BOOST_REQUIRE(!ours.lost || theirs.lost);
            if (!found.empty()) {
                BOOST_REQUIRE_EQUAL(found[0].sequence, expected[0].sequence);
                // A loss that `ours` does not report must not end before the event.
                BOOST_REQUIRE(ours.lost || !theirs.lost || theirs.lost_until >= found[0].sequence);
            }
            if (ours.lost) {
                BOOST_REQUIRE_EQUAL(ours.lost_until, theirs.lost_until);
                position.known_lost = ours.lost_until;
            } else if (!found.empty() && upto(2) != 0) {
                position.seen = found[0].sequence;
            }
        }
    }
}

// The notice of a gap comes exactly between the events before and after it.
BOOST_AUTO_TEST_CASE(a_gap_of_the_log)
{
    for (const auto ids : {replay_buffer::id_kind::numbers, replay_buffer::id_kind::opaque}) {
        past_stage s({}, {}, {.ids = ids});
        const auto none = s.filter({"none"});
        s.publish("a"); // 1
        s.publish("b"); // 2
        s.gap(10);
        s.publish("b"); // 11
        s.publish("a"); // 12
        const auto a = s.filter({"a"});
        const auto both = s.filter({"a", "b"});
        const auto all = s.filter({"**"});
        for (const std::size_t count : {1, 2, 3, 100}) {
            BOOST_TEST(s.walk(a, 0, count) == "1 gap 12");
            BOOST_TEST(s.walk(a, 1, count) == "gap 12");
            BOOST_TEST(s.walk(both, 0, count) == "1 2 gap 11 12");
            BOOST_TEST(s.walk(all, 0, count) == "1 2 gap 11 12");
            BOOST_TEST(s.walk(both, 2, count) == "gap 11 12");
            BOOST_TEST(s.walk(all, 9, count) == "gap 11 12"); // a number that the log has skipped
            BOOST_TEST(s.walk(all, 10, count) == "11 12");
            BOOST_TEST(s.walk(a, 11, count) == "12");
            BOOST_TEST(s.walk(none, 0, count) == "gap");
        }
        BOOST_TEST(s.ids(all, 2, 9) == ""); // the worker has not got the gap yet
    }
}

BOOST_AUTO_TEST_CASE(a_stream_begins_before_a_gap)
{
    const channel_options options{.history = 2};
    past_stage s(options);
    s.publish("a");
    s.publish("a");
    s.gap(10);
    s.publish("a");
    const auto a = s.filter({"a"});
    const auto without_id = s.past(a).start(unknown_id::reset, {}, options, UINT64_MAX);
    BOOST_TEST(s.walk(a, without_id.position.seen) == "2 gap 11");
    const auto lost = s.past(a).resume(5); // a client that has received an event that the log has lost
    BOOST_TEST(s.walk(a, lost.position.seen) == "gap 11");
}

// A stream with a pattern scans many events of other topics.
BOOST_AUTO_TEST_CASE(a_gap_among_many_events)
{
    past_stage s;
    const auto rare = s.filter({"rare/*"});
    for (int i = 1; i <= 3000; ++i) {
        i == 1500 ? s.gap(2000) : s.publish("often");
    }
    s.publish("rare/1");
    BOOST_TEST(s.walk(rare, 0) == "gap " + s.end.last_id);
}

BOOST_AUTO_TEST_CASE(events_before_the_begin_of_the_log_are_unknown)
{
    past_stage s;
    s.end.known_after = s.end.newest = 5;
    s.publish("a"); // 6
    const auto a = s.filter({"a"});
    BOOST_TEST(!s.past(a).holds_all_after(4));
    BOOST_TEST(s.past(a).holds_all_after(5));
    BOOST_TEST(s.walk(a, 0) == "6");
    BOOST_TEST(s.past(a).id_at(5) == "5");
    s.end.has_begun = false;
    BOOST_TEST(s.past(a).id_at(5) == "");
}

// A client that has some of the held events does not get them again.
BOOST_AUTO_TEST_CASE(a_gap_at_the_start_does_not_repeat_received_events)
{
    past_stage s;
    for (int i = 0; i < 5; ++i) {
        s.publish("a");
    }
    const auto a = s.filter({"a"});
    const auto start = s.past(a).start(unknown_id::gap, "3", {}, UINT64_MAX, 3);
    BOOST_TEST(start.position.seen == 3U);
    BOOST_TEST(start.gap.id() == "3");
    BOOST_TEST(s.walk(a, start.position.seen) == "4 5");
}

// One call scans a bounded number of events, so that the mutex of the store is held only for a short time.
BOOST_AUTO_TEST_CASE(a_rare_event_among_many)
{
    past_stage s;
    const auto rare = s.filter({"rare/*"});
    for (int i = 1; i <= 3000; ++i) {
        s.publish("often");
    }
    s.publish("rare/1");
    cursor position{};
    std::vector<found_event> found;
    for (const auto scanned : {1024U, 2048U}) {
        const auto outcome = s.past(rare).collect(position, 3001, 1, found);
        BOOST_TEST(outcome.scanned_until == scanned);
        BOOST_TEST(found.empty());
        position.seen = outcome.scanned_until;
    }
    BOOST_TEST(s.past(rare).collect(position, 3001, 1, found).scanned_until == 0U);
    BOOST_REQUIRE_EQUAL(found.size(), 1U);
    BOOST_TEST(found[0].sequence == 3001U);
}

BOOST_AUTO_TEST_CASE(a_removed_topic_may_have_matched_a_pattern)
{
    past_stage s({}, {}, {.idle = std::chrono::seconds(1)});
    for (const auto* topic : {"gone", "kept", "gone", "kept"}) {
        s.publish(topic);
    }
    const auto all = s.filter({"**"});
    const auto kept = s.filter({"kept"});
    s.now += std::chrono::seconds(2);
    const auto removed = s.table.remove_idle(s.now, true);
    s.order.drop_removed();
    BOOST_TEST(removed.size() == 1U);
    BOOST_TEST(!s.past(all).holds_all_after(2));
    BOOST_TEST(s.past(all).holds_all_after(3));
    BOOST_TEST(s.past(kept).holds_all_after(0));
    std::vector<found_event> found;
    const auto missed = s.past(all).collect({.seen = 0, .known_lost = 0}, 4, 10, found);
    BOOST_TEST(missed.lost);
    BOOST_TEST(missed.lost_until == 3U);
    BOOST_TEST(found.size() == 2U);
    BOOST_TEST(s.ids(all, 3) == "4");
}

BOOST_AUTO_TEST_SUITE_END()
