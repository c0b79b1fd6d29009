#include "redis/past.hpp"

#include "log_fixture.hpp"
#include <boost/test/unit_test.hpp>
#include <string>

using namespace rill::redis::detail;
using rill::pubsub::topic_pattern;

BOOST_AUTO_TEST_SUITE(redis_past_test)

namespace {

read_answer answer_with(std::vector<std::string> topics, std::uint64_t first, std::uint64_t last)
{
    read_answer answer;
    answer.last = last;
    for (auto& topic : topics) {
        stream_entry entry;
        entry.number = first++;
        entry.event.topic = std::move(topic);
        entry.event.data = "x";
        answer.entries.push_back(std::move(entry));
    }
    return answer;
}

std::string ids_of(const rill::pubsub::backplane::page& page)
{
    std::string all;
    for (const auto& one : page.events) {
        all += one.id + " ";
    }
    return all + "| " + page.end.id + (page.at_end ? " end" : "");
}

std::shared_ptr<const std::vector<topic_pattern>> patterns(std::string_view text)
{
    return std::make_shared<const std::vector<topic_pattern>>(1, topic_pattern::parse(text).value());
}

} // namespace

BOOST_AUTO_TEST_CASE(an_id_is_a_number_without_leading_zeros)
{
    BOOST_TEST(parse_id("17").value() == 17U);
    BOOST_TEST(parse_id("9007199254740991").value() == 9007199254740991U);
    for (const auto* id : {"", "0", "017", "-1", "1-0", "x", " 1", "9007199254740992", "99999999999999999999"}) {
        BOOST_TEST(!parse_id(id), id);
    }
}

BOOST_AUTO_TEST_CASE(a_page_has_the_matching_events)
{
    const auto answer = answer_with({"a", "b/1", "a", "b/2"}, 11, 14);
    BOOST_TEST(ids_of(make_page({}, answer, 10)) == "11 12 13 14 | 14 end");
    BOOST_TEST(ids_of(make_page({.topics = patterns("b/*")}, answer, 10)) == "12 14 | 14 end");
    BOOST_TEST(ids_of(make_page({.topics = patterns("c")}, answer, 10)) == "| 14 end");
    BOOST_TEST(ids_of(make_page({.topics = patterns("a"), .max_events = 1}, answer, 10)) == "11 | 12");
    BOOST_TEST(ids_of(make_page({}, answer_with({"a"}, 11, 12), 10)) == "11 | 11");
    BOOST_TEST(ids_of(make_page({}, answer_with({}, 11, 10), 10)) == "| 10 end");
}

BOOST_AUTO_TEST_CASE(the_first_event_may_exceed_the_limit_of_bytes)
{
    const auto answer = answer_with({"a", "a", "a"}, 11, 13);
    BOOST_TEST(ids_of(make_page({.max_bytes = 1}, answer, 10)) == "11 | 11");
}

BOOST_AUTO_TEST_CASE(a_page_ends_before_an_entry_that_is_no_event)
{
    auto answer = answer_with({"a", "a", "a"}, 11, 13);
    answer.entries[1].event.name = "a\nb";
    BOOST_TEST(ids_of(make_page({}, answer, 10)) == "11 | 11");
}

BOOST_AUTO_TEST_CASE(a_new_reader_gets_past_events)
{
    const rill_test::redis_server server;
    rill::redis::backplane log(rill_test::options_for(server));
    for (int i = 0; i != 300; ++i) { // more than one page
        BOOST_REQUIRE(rill_test::append(log, std::to_string(i)).has_value());
    }
    rill_test::collecting_reader all;
    rill_test::collecting_reader some;
    log.tail(all, {.max_past_events = 1'000});
    log.tail(some, {.max_past_events = 3});
    BOOST_TEST(all.wait_for_last("299").size() == 301U);
    const auto few = some.wait_for_last("299");
    BOOST_TEST(few.size() == 4U);
    BOOST_TEST(few[1].text == "297");
    log.stop(all);
    log.stop(some);
}

BOOST_AUTO_TEST_SUITE_END()
