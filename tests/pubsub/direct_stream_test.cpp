#include "pubsub/direct_stream.hpp"

#include "stage.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(direct_stream_test)

BOOST_AUTO_TEST_CASE(all_streams_get_the_same_bytes)
{
    endpoint_stage f;
    direct_client a(f.loop, f.route);
    direct_client b(f.loop, f.route);
    f.publish_apart(2);
    publish(f.c, 2);
    f.loop.turn();
    BOOST_TEST(a.got() == "1 2 3 4");
    BOOST_TEST(a.out.sent == b.out.sent);
    BOOST_TEST(a.out.chunks == 4U); // the position, two events, and one piece for two events
    BOOST_TEST(f.c.stats().delivered == 8U);
    a.cut();
    f.publish_apart(1);
    BOOST_TEST(b.got() == "1 2 3 4 5");
    BOOST_TEST(f.c.stats().subscribers == 1U);
    b.cut();
}

BOOST_AUTO_TEST_CASE(a_client_resumes)
{
    endpoint_stage f;
    f.publish_apart(60);
    direct_client a(f.loop, f.route, "20");
    f.publish_apart(2);
    BOOST_TEST(parse_events(a.out.sent).size() == 42U);
    BOOST_TEST(parse_events(a.out.sent).front().id == "21");
    a.cut();
}

BOOST_AUTO_TEST_CASE(a_body_that_never_starts_is_unsubscribed)
{
    endpoint_stage f;
    {
        const auto answer = answer_on(f.loop, f.route, request_with_id({}));
        BOOST_TEST(f.c.subscribers() == 1U);
        f.publish_apart(3);
    }
    BOOST_TEST(f.c.subscribers() == 0U);
}

BOOST_AUTO_TEST_CASE(events_between_the_response_and_the_start_are_sent)
{
    endpoint_stage f;
    auto answer = answer_on(f.loop, f.route, request_with_id({}));
    f.publish_apart(2);
    auto body = std::move(std::get<std::unique_ptr<rill::streaming_body>>(answer.body()));
    fake_writer out(f.loop.context);
    static_cast<void>(body->start(out));
    f.publish_apart(1);
    BOOST_TEST(summary(out.sent) == "1 2 3");
    body.reset();
}

// An EventSource stores the id of a block without data, and sends it when it reconnects (WHATWG HTML, 9.2.6).
BOOST_AUTO_TEST_CASE(a_stream_sends_its_position_first)
{
    endpoint_stage f;
    f.publish_apart(3);
    direct_client a(f.loop, f.route);
    BOOST_TEST(a.out.sent == "id: 3\n\n");
    a.cut(); // before any event
    f.publish_apart(2);
    direct_client again(f.loop, f.route, "3");
    f.loop.turn();
    BOOST_TEST(again.out.sent.starts_with("data: x\nid: 4\n\n")); // the client has its position
    BOOST_TEST(again.got() == "4 5");
    again.cut();
    direct_client asks(f.loop, f.route, {}, "/?lastEventId=3"); // a new EventSource does not have the position
    f.loop.turn();
    BOOST_TEST(asks.out.sent.starts_with("id: 3\n\ndata: x\nid: 4\n\n"));
    asks.cut();
    direct_client lost(f.loop, f.route, "99");
    f.loop.turn();
    BOOST_TEST(lost.out.sent.starts_with("event: gap\n")); // the notice has an id
    lost.cut();
}

BOOST_AUTO_TEST_CASE(the_position_before_the_history)
{
    endpoint_stage f({.history = 2, .on_unknown_id = pubsub::unknown_id::reset});
    f.publish_apart(5);
    for (const auto* id : {"", "nonsense"}) {
        direct_client a(f.loop, f.route, id);
        BOOST_TEST(a.out.sent == "id: 3\n\n");
        f.loop.turn();
        BOOST_TEST(a.got() == "4 5");
        a.cut();
    }
}

BOOST_AUTO_TEST_CASE(the_position_with_opaque_ids)
{
    manual_loop loop;
    pubsub::hub h({}, std::make_shared<pubsub::memory_backplane>(
                          pubsub::memory_backplane::settings{.ids = pubsub::memory_backplane::id_source::publisher}));
    const auto route = rill::make_handler(rill::sse::endpoint(h));
    const auto publish = [&](std::string_view topic, std::string_view id) {
        BOOST_REQUIRE(h.publish(topic, {.data = "x", .id = *rill::sse::event_id::parse(id)}).has_value());
    };
    const auto begins_with = [&](std::string target) {
        direct_client a(loop, route, {}, std::move(target));
        auto sent = a.out.sent;
        a.cut();
        return sent;
    };
    BOOST_TEST(begins_with("/?topics=a").empty()); // the log has no id yet
    publish("b", "k1");
    BOOST_TEST(begins_with("/?topics=a") == "id: k1\n\n");
    publish("a", "k2");
    publish("b", "k3");
    BOOST_TEST(begins_with("/?topics=a") == "id: k2\n\n");
    BOOST_TEST(begins_with("/?topics=*") == "id: k3\n\n");
    publish("a", "k4");
    direct_client again(loop, route, "k2", "/?topics=a");
    loop.turn();
    BOOST_TEST(again.got() == "k4");
    again.cut();
}

BOOST_AUTO_TEST_SUITE_END()
