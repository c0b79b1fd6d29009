#include <rill/pubsub/encoded_event.hpp>

#include <boost/test/unit_test.hpp>
#include <string>

using rill::pubsub::encoded_event;
using rill::pubsub::event_draft;
using rill::pubsub::event_kind;
using rill::pubsub::make_dropped;
using rill::pubsub::make_gap;

BOOST_AUTO_TEST_SUITE(encoded_event_test)

namespace {

encoded_event encode(const rill::sse::event& e, std::string_view id = "1", std::string_view topic = {},
                     std::string_view key = {})
{
    auto draft = event_draft::make(e, topic, key);
    BOOST_REQUIRE(draft.has_value());
    return std::move(*draft).finish(id);
}

} // namespace

BOOST_AUTO_TEST_CASE(an_empty_event)
{
    const encoded_event none;
    BOOST_TEST(!none);
    BOOST_TEST(none.id() == "");
    BOOST_TEST(none.data() == "");
    BOOST_TEST(none.footprint() == 0U);
    BOOST_TEST(!none.as_event().data);
}

BOOST_AUTO_TEST_CASE(the_wire_form_and_its_framing)
{
    const auto e = encode({.data = "x", .name = "n"}, "17");
    BOOST_TEST(e.bytes() == "event: n\ndata: x\nid: 17\n\n");
    BOOST_TEST(e.chunk() == "19\r\nevent: n\ndata: x\nid: 17\n\n\r\n");
    BOOST_TEST(encode({.data = "x"}, "").bytes() == "data: x\n\n");
    BOOST_TEST(encode({}, "2").bytes() == "id: 2\n\n");
    BOOST_TEST(encode({.retry = std::chrono::seconds(1), .comment = "c"}, "3").bytes() ==
               ": c\nretry: 1000\nid: 3\n\n");
}

BOOST_AUTO_TEST_CASE(the_parts_of_an_event_can_be_read)
{
    const auto e = encode({.data = "some data", .name = "name"}, "id-7", "a/topic", "a key");
    BOOST_TEST((e.kind() == event_kind::message));
    BOOST_TEST(e.topic() == "a/topic");
    BOOST_TEST(e.key() == "a key");
    BOOST_TEST(e.name() == "name");
    BOOST_TEST(e.data() == "some data");
    BOOST_TEST(e.id() == "id-7");
    BOOST_TEST(e.footprint() >= e.chunk().size() + e.topic().size() + e.key().size());
}

BOOST_AUTO_TEST_CASE(data_keeps_its_line_ends)
{
    for (const std::string_view data : {"", "\n", "one\ntwo", "one\r\ntwo\r", "ends\n"}) {
        const auto e = encode({.data = data, .comment = "data: c"});
        BOOST_TEST(e.data() == data);
        BOOST_TEST(bool(e.as_event().data));
    }
    BOOST_TEST(encode({.data = "one\r\ntwo"}, "1").bytes() == "data: one\ndata: two\nid: 1\n\n");
    BOOST_TEST(!encode({.name = "without"}).as_event().data);
}

BOOST_AUTO_TEST_CASE(as_event_returns_an_event_that_can_be_changed_and_encoded)
{
    const auto first = encode({.data = "x", .name = "n"}, "5");
    auto e = first.as_event();
    BOOST_TEST(encode(e, "5").bytes() == first.bytes());
    e.data = "y";
    const auto draft = event_draft::make(e);
    BOOST_REQUIRE(draft.has_value());
    BOOST_TEST(draft->own_id() == "5");
    BOOST_TEST(draft->data() == "y");
}

BOOST_AUTO_TEST_CASE(a_draft_keeps_the_id_of_its_publisher)
{
    BOOST_TEST(event_draft::make({.data = "x", .id = 12})->own_id() == "12");
    BOOST_TEST(event_draft::make({.data = "x", .id = "abc"})->own_id() == "abc");
    BOOST_TEST(event_draft::make({.data = "x"})->own_id() == "");
}

BOOST_AUTO_TEST_CASE(an_id_may_be_longer_than_the_reserved_space)
{
    for (const std::size_t size : {1, 20, 21, 22, 100, 5000}) {
        const std::string id(size, '7');
        const auto e = encode({.data = "one\ntwo", .name = "n"}, id, "topic", "key");
        BOOST_TEST(e.bytes() == "event: n\ndata: one\ndata: two\nid: " + id + "\n\n");
        BOOST_TEST(e.chunk().ends_with("\n\n\r\n"));
        BOOST_TEST(e.id() == id);
        BOOST_TEST(e.data() == "one\ntwo");
        BOOST_TEST(e.topic() == "topic");
        BOOST_TEST(e.key() == "key");
        BOOST_TEST(e.name() == "n");
    }
}

BOOST_AUTO_TEST_CASE(a_copy_of_a_draft_is_independent)
{
    auto draft = event_draft::make({.data = "one\ntwo", .name = "n", .id = 3}, "t", "k");
    BOOST_REQUIRE(draft.has_value());
    auto copy = draft->copy();
    BOOST_TEST(copy.own_id() == "3");
    const auto first = std::move(*draft).finish("3");
    const auto second = std::move(copy).finish("44");
    BOOST_TEST(first.bytes() == "event: n\ndata: one\ndata: two\nid: 3\n\n");
    BOOST_TEST(second.bytes() == "event: n\ndata: one\ndata: two\nid: 44\n\n");
    BOOST_TEST(second.topic() == "t");
    BOOST_TEST(second.key() == "k");
    BOOST_TEST(second.data() == "one\ntwo");
}

BOOST_AUTO_TEST_CASE(invalid_utf8_is_refused)
{
    const auto invalid = rill::make_error_code(rill::error::invalid_utf8);
    BOOST_TEST((event_draft::make({.data = "\xff"}).error() == invalid));
    BOOST_TEST((event_draft::make({.data = "x", .id = "\xff"}).error() == invalid));
    BOOST_TEST((event_draft::make({.data = "x", .name = "\xc3"}).error() == invalid));
}

BOOST_AUTO_TEST_CASE(a_gap_notice)
{
    const auto gap = make_gap("17", "42");
    BOOST_TEST((gap.kind() == event_kind::gap));
    BOOST_TEST(gap.bytes() == "event: gap\ndata: {\"requested\":\"17\",\"oldest\":\"42\"}\n\n");
    BOOST_TEST(gap.id() == "");
    BOOST_TEST(make_gap("17", "").data() == R"({"requested":"17","oldest":null})");
    BOOST_TEST(make_gap("17", "42", "50").bytes().ends_with("\nid: 50\n\n"));
}

BOOST_AUTO_TEST_CASE(a_gap_notice_quotes_the_id_of_the_client)
{
    BOOST_TEST(make_gap("a\"b\\", "").data() == R"({"requested":"a\"b\\","oldest":null})");
    BOOST_TEST(make_gap("\xff\xc3", "").data() == R"({"requested":"??","oldest":null})");
    BOOST_TEST(make_gap("\xc3\xa9", "").data() == "{\"requested\":\"\xc3\xa9\",\"oldest\":null}");
    BOOST_TEST(make_gap(std::string(10'000, 'x'), "").data().size() < 200U);
    BOOST_TEST(make_gap(std::string(127, 'x') + "\xc3\xa9", "").data().size() < 200U); // cut within a character
}

BOOST_AUTO_TEST_CASE(a_notice_of_dropped_events)
{
    const auto dropped = make_dropped(12);
    BOOST_TEST((dropped.kind() == event_kind::dropped));
    BOOST_TEST(dropped.bytes() == "event: dropped\ndata: {\"count\":12}\n\n");
}

// The block of a notice has room for a number. A longer id needs a larger block.
BOOST_AUTO_TEST_CASE(a_notice_with_a_long_id_is_still_a_notice)
{
    const auto gap = make_gap("1", {}, std::string(100, 'x'));
    BOOST_TEST((gap.kind() == event_kind::gap));
    BOOST_TEST(gap.name() == "gap");
}

BOOST_AUTO_TEST_CASE(a_notice_without_its_id)
{
    const auto gap = make_gap("1", "2", "3");
    const auto copy = event_draft::without_id(gap);
    BOOST_TEST(copy.bytes() == "event: gap\ndata: {\"requested\":\"1\",\"oldest\":\"2\"}\n\n");
    BOOST_TEST((copy.kind() == event_kind::gap));
}

BOOST_AUTO_TEST_CASE(events_of_a_snapshot)
{
    std::vector<encoded_event> events;
    for (const auto* id : {"", "a-long-id-that-needs-a-larger-block"}) {
        auto draft = event_draft::make({.data = "x"});
        draft->mark_as_snapshot();
        events.push_back(std::move(*draft).finish(id));
        BOOST_TEST(events.back().is_in_snapshot());
    }
    const auto joined = event_draft::join(events);
    BOOST_TEST(joined.bytes() == "data: x\n\ndata: x\nid: a-long-id-that-needs-a-larger-block\n\n");
    BOOST_TEST(joined.chunk() == "3a\r\n" + std::string(joined.bytes()) + "\r\n");
    BOOST_TEST(joined.is_in_snapshot());
    BOOST_TEST(!make_dropped(1).is_in_snapshot());
}

BOOST_AUTO_TEST_SUITE_END()
