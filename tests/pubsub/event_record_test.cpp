#include <rill/pubsub/event_record.hpp>

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using rill::pubsub::event_draft;
using rill::pubsub::event_record;

BOOST_AUTO_TEST_SUITE(event_record_test)

namespace {

event_draft draft_of(const rill::sse::event& e, std::string_view topic = {}, std::string_view key = {})
{
    auto made = event_draft::make(e, topic, key);
    BOOST_REQUIRE(made.has_value());
    return std::move(*made);
}

// The draft of the record of a draft.
event_draft stored(const event_draft& draft)
{
    auto again = event_record(draft).draft();
    BOOST_REQUIRE(again.has_value());
    return std::move(*again);
}

} // namespace

BOOST_AUTO_TEST_CASE(all_fields_are_stored)
{
    const auto name = *rill::sse::event_name::parse("figure");
    const auto draft = draft_of({.data = "a\r\nb\n\nc", .name = name, .retry = 1500ms, .comment = "one\n\ntwo"},
                                "news/sport", "score");
    const event_record record(draft);
    BOOST_TEST(record.topic == "news/sport");
    BOOST_TEST(record.key == "score");
    BOOST_TEST(record.name == "figure");
    BOOST_TEST(record.data.value() == "a\r\nb\n\nc"); // with its original line ends
    BOOST_TEST(record.comment == "one\n\ntwo");
    BOOST_TEST(record.retry.value().count() == 1500);
    const auto again = stored(draft);
    BOOST_TEST(again.lines() == draft.lines());
    BOOST_TEST(again.data() == draft.data());
    BOOST_TEST(again.topic() == draft.topic());
    BOOST_TEST(again.key() == draft.key());
    BOOST_TEST(again.footprint() == draft.footprint());
}

BOOST_AUTO_TEST_CASE(empty_data_and_no_data_are_different)
{
    BOOST_TEST(event_record(draft_of({.data = ""})).data.value() == "");
    BOOST_TEST(!event_record(draft_of({.comment = "x"})).data.has_value());
    for (const auto& e : {rill::sse::event{.data = ""}, rill::sse::event{.comment = "x"},
                          rill::sse::event{.retry = 0ms}, rill::sse::event{.data = "\n"}, rill::sse::event{}})
    {
        const auto draft = draft_of(e);
        const auto again = stored(draft);
        BOOST_TEST(again.lines() == draft.lines());
        BOOST_TEST(again.has_data() == draft.has_data());
    }
}

// The text of a field may look like another field.
BOOST_AUTO_TEST_CASE(texts_that_look_like_fields)
{
    const auto draft = draft_of({.data = "retry: 7\n: no comment\ndata: x", .comment = "retry: 8\ndata: y"});
    const event_record record(draft);
    BOOST_TEST(record.comment == "retry: 8\ndata: y");
    BOOST_TEST(!record.retry.has_value());
    BOOST_TEST(stored(draft).lines() == draft.lines());
}

// Other programs may write to a log.
BOOST_AUTO_TEST_CASE(invalid_records_are_errors)
{
    const auto error_of = [](auto change) {
        event_record record;
        record.data = "x";
        record.topic = "a";
        change(record);
        const auto draft = record.draft();
        BOOST_REQUIRE(!draft.has_value());
        return draft.error();
    };
    BOOST_TEST((error_of([](event_record& r) { r.topic = "a*"; }) == rill::error::invalid_topic));
    BOOST_TEST((error_of([](event_record& r) { r.topic = "a\nb"; }) == rill::error::invalid_topic));
    BOOST_TEST((error_of([](event_record& r) { r.name = "a\nb"; }) == rill::error::invalid_field_value));
    BOOST_TEST((error_of([](event_record& r) { r.data = "\xff"; }) == rill::error::invalid_utf8));
    BOOST_TEST((error_of([](event_record& r) { r.comment = "\xff"; }) == rill::error::invalid_utf8));
}

BOOST_AUTO_TEST_SUITE_END()
