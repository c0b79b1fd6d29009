// Each stream that a gap of the log concerns gets one notice, exactly between the events before and after the gap.

#include <rill/pubsub/hub.hpp>

#include "numeric_stage.hpp"
#include "stage.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(log_gap_test)

namespace {

/// A hub of one process, and a numeric log.
struct gap_stage
{
    manual_loop loop;
    numeric_log log;
    std::shared_ptr<numeric_backplane> plane = std::make_shared<numeric_backplane>(log);
    std::optional<pubsub::hub> hub;
    rill::handler route;

    explicit gap_stage(pubsub::channel_options options = {}, bool connects_late = false)
    {
        plane->connects_late = connects_late;
        hub.emplace(pubsub::hub_options{.channel = std::move(options)}, plane);
        route = rill::make_handler(rill::sse::endpoint(*hub));
    }
    void append(const std::vector<std::string>& topics)
    {
        for (const auto& topic : topics) {
            log.append(topic);
        }
        plane->deliver();
    }
    /// Loses nothing that the process has received, and skips numbers up to the next multiple of 100.
    void gap()
    {
        log.lose_tail(0, 100 - log.newest() % 100);
        plane->deliver();
    }
    std::unique_ptr<direct_client> direct(std::string_view topics, std::string_view id = {})
    {
        return std::make_unique<direct_client>(loop, route, id, "/?topics=" + std::string(topics));
    }
    std::unique_ptr<coroutine_client> handler(const std::vector<std::string>& topics)
    {
        return std::make_unique<coroutine_client>(loop, hub->subscribe(topics));
    }
    void turns()
    {
        for (int i = 0; i != 5; ++i) {
            loop.turn();
        }
    }
};

/// The IDs of the events. The notice of a gap is "gap".
std::string events_of(std::string_view wire)
{
    std::string text;
    for (const auto& e : parse_events(wire)) {
        text.append(text.empty() ? "" : " ").append(e.name.empty() ? e.id : e.name);
    }
    return text;
}

} // namespace

BOOST_AUTO_TEST_CASE(live_streams)
{
    gap_stage s;
    const auto one = s.direct("a");
    const auto many = s.direct("a,b,c");
    const auto pattern = s.direct("a,n/*");
    const auto no_topic_yet = s.direct("z/**");
    const auto handler = s.handler({"a"});
    const auto handler_of_many = s.handler({"a", "b", "z/*"});
    s.append({"a", "b"}); // 1, 2
    s.turns();
    s.gap(); // 100
    s.turns();
    BOOST_TEST(events_of(one->out.sent) == "1 gap");
    BOOST_TEST(events_of(many->out.sent) == "1 2 gap");
    BOOST_TEST(events_of(no_topic_yet->out.sent) == "gap");
    s.append({"a", "c", "n/1", "z/1"}); // 101, 102, 103, 104
    s.turns();
    BOOST_TEST(events_of(one->out.sent) == "1 gap 101");
    BOOST_TEST(events_of(many->out.sent) == "1 2 gap 101 102");
    BOOST_TEST(events_of(pattern->out.sent) == "1 gap 101 103");
    BOOST_TEST(events_of(no_topic_yet->out.sent) == "gap 104");
    BOOST_TEST(events_of(handler->out.sent) == "1 gap 101");
    BOOST_TEST(events_of(handler_of_many->out.sent) == "1 2 gap 101 104");
    for (auto* client : {one.get(), many.get(), pattern.get(), no_topic_yet.get()}) {
        client->cut();
    }
    handler->cut();
    handler_of_many->cut();
}

// The worker gets the events and the gap in one turn.
BOOST_AUTO_TEST_CASE(a_gap_between_events_of_one_turn)
{
    gap_stage s;
    const auto one = s.direct("a");
    const auto other = s.direct("b");
    s.append({"a", "a", "b"});
    s.gap();
    s.append({"b", "a"});
    s.gap();
    s.append({"a"});
    s.turns();
    BOOST_TEST(events_of(one->out.sent) == "1 2 gap 102 gap 201");
    BOOST_TEST(events_of(other->out.sent) == "3 gap 101 gap");
    one->cut();
    other->cut();
}

BOOST_AUTO_TEST_CASE(lagging_streams)
{
    gap_stage s;
    const auto blocked = s.direct("a");
    s.append({"a"});
    s.turns();
    blocked->out.block();
    s.append({"a", "a", "a"});
    s.turns();
    s.gap();
    s.append({"a"});
    s.turns();
    blocked->out.unblock();
    s.turns();
    BOOST_TEST(events_of(blocked->out.sent) == "1 2 3 4 gap 101");
    const auto resumed = s.direct("a", "2");
    const auto of_lost_range = s.direct("a", "57");
    const auto after = s.direct("a", "100");
    s.turns();
    BOOST_TEST(events_of(resumed->out.sent) == "3 4 gap 101");
    BOOST_TEST(events_of(of_lost_range->out.sent) == "gap 101");
    BOOST_TEST(events_of(after->out.sent) == "101");
    for (auto* client : {blocked.get(), resumed.get(), of_lost_range.get(), after.get()}) {
        client->cut();
    }
}

// The outbox of the worker drops events of the topic "a". The stream of the topic "b" stays live.
BOOST_AUTO_TEST_CASE(a_gap_and_a_full_outbox)
{
    gap_stage s({.replay = {.max_events = 10}, .slow = pubsub::slow_policy::drop_oldest});
    const auto busy = s.direct("a");
    const auto quiet = s.direct("b");
    s.append({"a", "b"});
    s.turns();
    s.gap();
    s.append(std::vector<std::string>(15, "a")); // 101 to 115
    s.turns();
    BOOST_TEST(events_of(quiet->out.sent) == "2 gap");
    s.append({"b"});
    s.turns();
    BOOST_TEST(events_of(quiet->out.sent) == "2 gap 116");
    BOOST_TEST(events_of(busy->out.sent) == "1 dropped gap 106 107 108 109 110 111 112 113 114 115");
    busy->cut();
    quiet->cut();
}

// The oldest events are dropped, but not the notice.
BOOST_AUTO_TEST_CASE(a_stream_that_drops_events_gets_the_notice)
{
    gap_stage s({.slow = pubsub::slow_policy::drop_oldest, .backlog = {.max_events = 2}});
    const auto slow = s.direct("a");
    s.append({"a"});
    s.turns();
    slow->out.block();
    s.append({"a", "a", "a"}); // one piece, which waits in the connection
    s.turns();
    s.append({"a", "a", "a"}); // 5 to 7
    s.gap();
    s.append({"a", "a", "a"}); // 101 to 103
    s.turns();
    slow->out.unblock();
    s.turns();
    BOOST_TEST(events_of(slow->out.sent) == "1 2 3 4 dropped gap dropped 102 103");
    slow->cut();
}

BOOST_AUTO_TEST_CASE(streams_that_begin_before_the_log)
{
    gap_stage s({}, true);
    for (int i = 0; i != 20; ++i) {
        s.log.append("a");
    }
    const auto direct = s.direct("a");
    const auto handler = s.handler({"a"});
    const auto resumed = s.direct("a", "15");
    s.turns();
    s.plane->begin();
    s.turns();
    s.append({"a"});
    s.turns();
    while (s.plane->pending() != 0) {
        s.plane->answer();
        s.turns();
    }
    BOOST_TEST(events_of(direct->out.sent) == "21");
    BOOST_TEST(events_of(handler->out.sent) == "21");
    BOOST_TEST(events_of(resumed->out.sent) == "16 17 18 19 20 21");
    s.append({"a"});
    s.turns();
    BOOST_TEST(events_of(resumed->out.sent) == "16 17 18 19 20 21 22");
    direct->cut();
    handler->cut();
    resumed->cut();
}

BOOST_AUTO_TEST_SUITE_END()
