#include "redis/entry.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace rill::redis::detail;
using rill::pubsub::event_draft;

BOOST_AUTO_TEST_SUITE(redis_entry_test)

namespace {

// Parses the words as Redis does, and makes the entry that XRANGE returns for them.
reply stored(const entry_words& words, std::string id)
{
    reply_reader reader;
    BOOST_REQUIRE(reader.feed("*" + std::to_string(words.count) + "\r\n" + words.text).has_value());
    auto parsed = std::move(*reader.next().value());
    BOOST_TEST(parsed.at(0).number().value() + 2 == words.count);
    reply fields;
    fields.type = reply::kind::array;
    fields.elements.assign(parsed.elements.begin() + 2, parsed.elements.end());
    reply name;
    name.type = reply::kind::text;
    name.text = std::move(id);
    reply entry;
    entry.type = reply::kind::array;
    entry.elements = {name, fields};
    return entry;
}

} // namespace

BOOST_AUTO_TEST_CASE(every_field_survives)
{
    rill::sse::event e{.data = "a\r\nb\nc\r"};
    e.name = "news";
    e.comment = "one\ntwo";
    e.retry = std::chrono::milliseconds(250);
    const auto draft = event_draft::make(e, "rooms/1", "k").value();
    const auto entry = decode_entry(stored(encode_entry(draft, "idem"), "17-0")).value();
    BOOST_TEST(entry.number == 17U);
    BOOST_TEST(!entry.begins_epoch);
    const auto copy = entry.event.draft().value();
    BOOST_TEST(copy.topic() == "rooms/1");
    BOOST_TEST(copy.key() == "k");
    BOOST_TEST(copy.data() == "a\r\nb\nc\r");
    BOOST_TEST(copy.lines() == draft.lines());
}

BOOST_AUTO_TEST_CASE(absent_data_differs_from_empty_data)
{
    rill::sse::event none;
    none.comment = "only a comment";
    const auto without = event_draft::make(none).value();
    BOOST_TEST(!decode_entry(stored(encode_entry(without, ""), "1-0")).value().event.data.has_value());
    const auto empty = event_draft::make({.data = ""}).value();
    const auto entry = decode_entry(stored(encode_entry(empty, ""), "1-0")).value();
    BOOST_TEST(entry.event.data.value() == "");
    BOOST_TEST(entry.event.draft().value().lines() == empty.lines());
}

BOOST_AUTO_TEST_CASE(an_entry_of_another_program_has_no_number)
{
    const auto words = encode_entry(event_draft::make({.data = "x"}).value(), "");
    for (const auto* id : {"5-1", "5", "-0", "x-0", ""}) {
        BOOST_TEST(decode_entry(stored(words, id)).value().number == 0U, id);
    }
}

BOOST_AUTO_TEST_CASE(a_malformed_entry_is_rejected)
{
    auto entry = stored(encode_entry(event_draft::make({.data = "x"}).value(), ""), "1-0");
    BOOST_TEST(decode_entry(entry).has_value());
    entry.elements[1].elements.pop_back();
    BOOST_TEST(!decode_entry(entry).has_value());
    BOOST_TEST(!decode_entry(reply()).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
