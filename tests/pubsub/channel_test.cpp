#include <rill/pubsub/channel.hpp>

#include "stage.hpp"

using namespace rill_test;
namespace pubsub = rill::pubsub;

BOOST_AUTO_TEST_SUITE(channel_test)

BOOST_AUTO_TEST_CASE(ids_increase)
{
    auto c = counted();
    BOOST_TEST(c.publish("a").value() == "1");
    BOOST_TEST(c.publish({.data = "b", .name = "n"}).value() == "2");
    BOOST_TEST(c.stats().published == 2U);
    BOOST_TEST(c.stats().held_events == 2U);
}

BOOST_AUTO_TEST_CASE(events_that_cannot_be_published)
{
    auto c = counted();
    BOOST_TEST((c.publish("\xff").error() == rill::error::invalid_utf8));
    BOOST_TEST((c.publish({.data = "x", .id = 7}).error() == rill::error::event_id_refused));
    BOOST_TEST(c.stats().published == 0U);
}

BOOST_AUTO_TEST_CASE(publishers_may_set_their_own_ids)
{
    pubsub::channel c({}, std::make_shared<pubsub::memory_backplane>(pubsub::memory_backplane::settings{
                              .ids = pubsub::memory_backplane::id_source::publisher}));
    BOOST_TEST(c.publish({.data = "x", .id = "aa"}).value() == "aa");
    BOOST_TEST((c.publish({.data = "x", .id = "a"}).error() == rill::error::event_id_refused));
    manual_loop loop;
    coroutine_client behind(loop, c.subscribe("aa"));
    coroutine_client unknown(loop, c.subscribe("zz"));
    BOOST_TEST(c.publish({.data = "x", .id = "ab"}).value() == "ab");
    loop.turn();
    BOOST_TEST(behind.got() == "ab");
    BOOST_TEST(unknown.got() == R"(gap{"requested":"zz","oldest":"aa"} aa ab)");
    behind.cut();
    unknown.cut();
}

BOOST_AUTO_TEST_CASE(subscriber_names_and_hooks_for_the_first_and_the_last_subscriber)
{
    std::string log;
    auto c = counted({.on_first_subscriber = [&](std::string_view) { log += "first "; },
                      .on_last_subscriber = [&](std::string_view) { log += "last "; }});
    BOOST_TEST(c.subscribers() == 0U);
    {
        const auto a = c.subscribe({}, "ann");
        const auto b = c.subscribe({}, "bob");
        const auto again = c.subscribe({}, "ann");
        const auto nameless = c.subscribe();
        BOOST_TEST(c.subscribers() == 4U);
        BOOST_TEST((c.names() == std::vector<std::string>{"ann", "bob"}));
        BOOST_TEST(c.stats().subscribers == 4U);
    }
    BOOST_TEST(c.subscribers() == 0U);
    BOOST_TEST(c.names().empty());
    {
        const auto a = c.subscribe();
    }
    BOOST_TEST(log == "first last first last ");
}

// A publisher may see a subscriber before the channel has found its start position. The subscriber must get this event.
BOOST_AUTO_TEST_CASE(an_event_for_the_first_subscriber_reaches_it)
{
    for (const auto on_unknown : {pubsub::unknown_id::gap, pubsub::unknown_id::reset}) {
        pubsub::channel* opened = nullptr;
        auto c = counted({.on_unknown_id = on_unknown, .on_first_subscriber = [&](std::string_view) {
                              BOOST_TEST(opened->publish("hello").has_value());
                          }});
        opened = &c;
        BOOST_TEST(c.publish("before").value() == "1");
        manual_loop loop;
        coroutine_client first(loop, c.subscribe(on_unknown == pubsub::unknown_id::reset ? "none" : ""));
        coroutine_client second(loop, c.subscribe());
        BOOST_TEST(c.publish("after").value() == "3");
        loop.turn();
        BOOST_TEST(first.got() == "2 3");
        BOOST_TEST(second.got() == "3");
        first.cut();
        second.cut();
    }
    pubsub::channel* opened = nullptr;
    auto c =
        counted({.on_first_subscriber = [&](std::string_view) { BOOST_TEST(opened->publish("hello").has_value()); }});
    opened = &c;
    manual_loop loop;
    direct_client direct(loop, rill::make_handler(rill::sse::endpoint(c)));
    loop.turn();
    BOOST_TEST(direct.got() == "1");
    direct.cut();
}

BOOST_AUTO_TEST_CASE(copies_of_a_channel_share_its_state)
{
    auto c = counted();
    auto same = c;
    BOOST_TEST(c.publish("x").value() == "1");
    BOOST_TEST(same.publish("x").value() == "2");
}

BOOST_AUTO_TEST_CASE(the_size_of_an_event_is_bounded)
{
    auto c = counted();
    BOOST_TEST(c.publish(std::string(8UL * 1024 * 1024, 'x')).has_value());
    BOOST_TEST((c.publish(std::string(8UL * 1024 * 1024 + 1, 'x')).error() == rill::error::message_too_large));
    auto small = counted({.max_event_bytes = 4});
    BOOST_TEST(small.publish({.data = "ab", .name = "c", .comment = "d"}).has_value());
    BOOST_TEST((small.publish({.data = "ab", .name = "cd", .comment = "e"}).error() == rill::error::message_too_large));
}

BOOST_AUTO_TEST_SUITE_END()
