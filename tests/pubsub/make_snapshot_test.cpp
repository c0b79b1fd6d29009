#include "pubsub/make_snapshot.hpp"

#include <boost/system/errc.hpp>

#include "snapshot_stage.hpp"

using namespace rill_test;
using namespace std::chrono_literals;
namespace pubsub = rill::pubsub;
using pubsub::detail::make_snapshot;

BOOST_AUTO_TEST_SUITE(make_snapshot_test)

namespace {

pubsub::snapshot parts(std::size_t count, std::size_t size = 1)
{
    pubsub::snapshot s;
    for (std::size_t i = 0; i != count; ++i) {
        s.add({.data = std::string(size, 'x'), .name = "part"});
    }
    return s;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_last_event_has_the_id)
{
    auto c = counted();
    const auto made = make_snapshot(*c.store(), parts(3), {.sequence = 7, .id = "seven"}, 0);
    BOOST_REQUIRE(made.has_value());
    const auto& s = **made;
    BOOST_TEST(s.sequence == 7U);
    BOOST_REQUIRE(s.events.size() == 3U);
    BOOST_TEST(s.events[1].id().empty());
    BOOST_TEST(s.events[2].id() == "seven");
    BOOST_TEST(s.events[2].is_in_snapshot());
    BOOST_TEST((s.events[2].kind() == pubsub::event_kind::message));
}

// A client could not send such an id back.
BOOST_AUTO_TEST_CASE(an_id_that_clients_cannot_send_is_left_out)
{
    auto c = counted();
    const auto made = make_snapshot(*c.store(), parts(1), {.sequence = 7, .id = " 7"}, 0);
    BOOST_TEST((*made)->events.back().id().empty());
    const auto empty = make_snapshot(*c.store(), pubsub::snapshot(), {.sequence = 7, .id = {}}, 0);
    BOOST_TEST((*empty)->events.empty());
    BOOST_TEST((*empty)->pieces.empty());
}

BOOST_AUTO_TEST_CASE(streams_get_several_events_in_a_piece)
{
    snapshot_stage f;
    f.publish(1);
    f.change = [](pubsub::snapshot& s) { s = parts(5000, 20); };
    direct_client client(f.loop, f.route);
    coroutine_client handler(f.loop, f.c.join());
    f.turns(700);
    BOOST_TEST(client.out.chunks <= 5U); // the retry time and three pieces
    BOOST_TEST(parse_events(client.out.sent).size() == 5000U);
    BOOST_TEST(parse_events(client.out.sent).back().id == "1");
    BOOST_TEST(parse_events(handler.out.sent).size() == 5000U);
    BOOST_TEST(f.c.stats().delivered == 0U); // these events were not published
    client.cut();
    handler.cut();
}

BOOST_AUTO_TEST_CASE(a_large_event_is_a_piece_of_its_own)
{
    auto c = counted();
    auto s = parts(2, 100'000);
    s.add("small");
    s.add("small");
    const auto made = make_snapshot(*c.store(), std::move(s), {.sequence = 1, .id = "1"}, 0);
    BOOST_REQUIRE((*made)->pieces.size() == 3U);
    BOOST_TEST(((*made)->pieces[0].bytes().data() == (*made)->events[0].bytes().data())); // shared
    BOOST_TEST((*made)->pieces[2].bytes() == "data: small\n\ndata: small\nid: 1\n\n");
}

// The memory of all snapshots is limited, also of those that slow clients read.
BOOST_AUTO_TEST_CASE(snapshots_count_as_unsent_bytes)
{
    snapshot_stage f({.snapshot_use = {.max_age = 10s, .max_later_events = 0}, .max_unsent_bytes = 100'000});
    f.change = [](pubsub::snapshot& s) { s = parts(1, 60'000); };
    direct_client first(f.loop, f.route);
    f.turns();
    BOOST_TEST(f.c.stats().unsent_bytes > 60'000U);
    first.cut();
    f.publish(1); // the result serves no further client, but is still held. It makes room.
    direct_client second(f.loop, f.route);
    f.turns();
    BOOST_TEST(f.calls == 2);
    BOOST_TEST(f.failures.empty());
    BOOST_TEST(parse_events(second.out.sent).size() == 1U);
    second.cut();
    f.publish(1);
    f.change = [](pubsub::snapshot& s) { s = parts(3, 60'000); };
    direct_client third(f.loop, f.route);
    f.turns();
    BOOST_TEST(f.failures.size() == 1U);
    BOOST_TEST((third.out.ended == rill::close_reason::handler_error));
    third.cut();
    BOOST_TEST(f.c.stats().unsent_bytes == 0U);
}

BOOST_AUTO_TEST_CASE(errors)
{
    auto c = counted({.max_event_bytes = 10});
    const auto code = [&](pubsub::snapshot s) {
        return make_snapshot(*c.store(), std::move(s), {.sequence = 0, .id = {}}, 0).error();
    };
    BOOST_TEST((code(parts(1, 11)) == rill::error::message_too_large));
    auto bad = parts(1);
    bad.add("\xff");
    BOOST_TEST((code(std::move(bad)) == rill::error::invalid_utf8));
    auto lost = parts(1);
    lost.set_position("no number");
    BOOST_TEST((code(std::move(lost)) == rill::error::unknown_event_id));
}

BOOST_AUTO_TEST_SUITE_END()
