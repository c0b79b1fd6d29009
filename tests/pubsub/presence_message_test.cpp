#include "pubsub/presence_message.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(presence_message_test)

namespace {

using namespace rill::pubsub::detail;

presence_message read_back(const presence_message& message)
{
    auto read = parse_presence_message(to_text(message));
    BOOST_REQUIRE(read.has_value());
    return *read;
}

} // namespace

BOOST_AUTO_TEST_CASE(every_field_is_read_back)
{
    const presence_message change{.node = "n1",
                                  .kind = presence_kind::change,
                                  .version = 17,
                                  .begins_snapshot = true,
                                  .ends_snapshot = true,
                                  .added = {{"rooms/a", "ada"}, {"rooms/a", "bob"}, {"rooms/b", "\"cyd\" \xc3\xa4"}},
                                  .removed = {{"rooms/c", "dan"}}};
    const auto read = read_back(change);
    BOOST_TEST(read.node == "n1");
    BOOST_TEST((read.kind == presence_kind::change));
    BOOST_TEST(read.version == 17U);
    BOOST_TEST(read.begins_snapshot);
    BOOST_TEST(read.ends_snapshot);
    BOOST_TEST((read.added == change.added));
    BOOST_TEST((read.removed == change.removed));
    const auto hello = read_back({.node = "n1", .kind = presence_kind::hello, .to = "n2"});
    BOOST_TEST((hello.kind == presence_kind::hello));
    BOOST_TEST(hello.to == "n2");
    BOOST_TEST(!hello.begins_snapshot);
    BOOST_TEST((read_back({.node = "n1", .kind = presence_kind::alive}).kind == presence_kind::alive));
    BOOST_TEST((read_back({.node = "n1", .kind = presence_kind::bye}).kind == presence_kind::bye));
}

BOOST_AUTO_TEST_CASE(malformed_texts_are_refused)
{
    BOOST_TEST(parse_presence_message(R"({"node":"n","kind":"alive","version":1})").has_value());
    const std::string long_text(257, 'x');
    for (const std::string& text : std::vector<std::string>{
             "",
             "{",
             "[]",
             "7",
             R"({"kind":"alive","version":1})",
             R"({"node":"","kind":"alive","version":1})",
             R"({"node":5,"kind":"alive","version":1})",
             R"({"node":")" + long_text + R"(","kind":"alive","version":1})",
             R"({"node":"n","kind":"dance","version":1})",
             R"({"node":"n","kind":"alive"})",
             R"({"node":"n","kind":"alive","version":-1})",
             R"({"node":"n","kind":"alive","version":"1"})",
             R"({"node":"n","kind":"change","version":1,"added":[]})",
             R"({"node":"n","kind":"change","version":1,"added":{"a":"ada"}})",
             R"({"node":"n","kind":"change","version":1,"added":{"a":[5]}})",
             R"({"node":"n","kind":"change","version":1,"added":{"a":[""]}})",
             R"({"node":"n","kind":"change","version":1,"added":{"*":["ada"]}})",
             R"({"node":"n","kind":"change","version":1,"added":{"a":[")" + long_text + R"("]}})",
             R"({"node":"n","kind":"change","version":1,"removed":{"":["ada"]}})",
         })
    {
        BOOST_TEST(!parse_presence_message(text).has_value(), text);
    }
}

BOOST_AUTO_TEST_CASE(names_are_bounded_and_utf8)
{
    BOOST_TEST(is_present_name("ada"));
    BOOST_TEST(is_present_name(std::string(256, 'x')));
    BOOST_TEST(!is_present_name(std::string(257, 'x')));
    BOOST_TEST(!is_present_name(""));
    BOOST_TEST(!is_present_name("\xff"));
}

BOOST_AUTO_TEST_SUITE_END()
