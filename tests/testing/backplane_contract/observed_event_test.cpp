#include "testing/backplane_contract/observed_event.hpp"

#include <boost/test/unit_test.hpp>

using rill::pubsub::event_draft;
using rill::testing::contract::difference;
using rill::testing::contract::is_number;
using rill::testing::contract::observed_event;
using rill::testing::contract::quoted;

BOOST_AUTO_TEST_SUITE(observed_event_test)

namespace {

observed_event observe(const rill::sse::event& e, std::string_view topic = "t", std::string_view key = "k")
{
    return observed_event::of(*event_draft::make(e, topic, key), "7", 7);
}

} // namespace

BOOST_AUTO_TEST_CASE(each_field_is_compared)
{
    const auto event = observe({.data = "d", .name = "n"});
    BOOST_TEST(difference(event, observe({.data = "d", .name = "n"})) == "");
    BOOST_TEST(difference(event, observe({.data = "d", .name = "n"}, "u")).starts_with("topic: expected \"t\""));
    BOOST_TEST(difference(event, observe({.data = "d", .name = "n"}, "t", "l")).starts_with("key: "));
    BOOST_TEST(difference(event, observe({.data = "d", .name = "m"})).starts_with("name: "));
    BOOST_TEST(difference(event, observe({.data = "e", .name = "n"})).starts_with("data: "));
    BOOST_TEST(difference(event, observe({.data = "d", .name = "n", .comment = "c"})).starts_with("encoded text: "));
    BOOST_TEST(difference(observe({.data = "a\rb"}), observe({.data = "a\nb"})).find("from byte 1") !=
               std::string::npos);
    auto without = event;
    without.has_data = false;
    BOOST_TEST(difference(event, without) == "the event has data, and came without");
}

BOOST_AUTO_TEST_CASE(texts_are_quoted)
{
    BOOST_TEST(quoted("a\n\x7f") == "\"a\\x0a\\x7f\"");
    BOOST_TEST(quoted(std::string(100, 'x')).ends_with("... (100 bytes)"));
}

BOOST_AUTO_TEST_CASE(numbers)
{
    for (const auto* text : {"0", "7", "18446744073709551615"}) {
        BOOST_TEST(is_number(text), text);
    }
    for (const auto* text : {"", "07", "-1", "1x", " 1", "184467440737095516150"}) {
        BOOST_TEST(!is_number(text), text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
