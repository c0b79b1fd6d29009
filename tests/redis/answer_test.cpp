#include "redis/answer.hpp"

#include <boost/test/unit_test.hpp>
#include <initializer_list>

using rill::redis::detail::parse_append_answer;
using rill::redis::detail::parse_read_answer;
using rill::redis::detail::reply;

BOOST_AUTO_TEST_SUITE(redis_answer_test)

namespace {

reply text(std::string value)
{
    reply made;
    made.type = reply::kind::text;
    made.text = std::move(value);
    return made;
}

reply array(std::vector<reply> elements)
{
    reply made;
    made.type = reply::kind::array;
    made.elements = std::move(elements);
    return made;
}

} // namespace

BOOST_AUTO_TEST_CASE(numbers_follow_the_first_one)
{
    const auto answer = parse_append_answer(array({text("100"), text("107"), text("105"), text("")}), 3);
    BOOST_REQUIRE(answer.has_value());
    BOOST_TEST(answer->epoch == 100U);
    BOOST_TEST(answer->last == 107U);
    BOOST_TEST((answer->numbers == std::vector<std::uint64_t>{105, 106, 107}));
}

BOOST_AUTO_TEST_CASE(an_event_with_a_known_key_has_its_earlier_number)
{
    const auto answer = parse_append_answer(array({text("100"), text("106"), text("105"), text("0=101 2=102")}), 4);
    BOOST_REQUIRE(answer.has_value());
    BOOST_TEST((answer->numbers == std::vector<std::uint64_t>{101, 105, 102, 106}));
    const auto only_known = parse_append_answer(array({text("100"), text("106"), text("0"), text("0=101")}), 1);
    BOOST_REQUIRE(only_known.has_value());
    BOOST_TEST((only_known->numbers == std::vector<std::uint64_t>{101}));
}

BOOST_AUTO_TEST_CASE(malformed_answers_are_rejected)
{
    BOOST_TEST(!parse_append_answer(reply(), 1));
    BOOST_TEST(!parse_append_answer(array({text("x"), text("1"), text("1"), text("")}), 1));
    BOOST_TEST(!parse_append_answer(array({text("1"), text("1"), text("0"), text("")}), 1));
    for (const auto* known : {"1=5", "0=", "=5", "0", "0=0", "x=1"}) {
        BOOST_TEST(!parse_append_answer(array({text("1"), text("9"), text("9"), text(known)}), 1), known);
    }
    BOOST_TEST(!parse_read_answer(reply()));
    BOOST_TEST(!parse_read_answer(array({text("1"), text("2"), text("x"), array({})})));
    BOOST_TEST(!parse_read_answer(array({text("1"), text("2"), text("2"), text("x")})));
    BOOST_TEST(!parse_read_answer(array({text("1"), text("2"), text("2"), array({text("x")})})));
}

BOOST_AUTO_TEST_CASE(a_read_has_entries_and_a_position)
{
    const auto entry = array({text("6-0"), array({text("t"), text("news")})});
    const auto answer = parse_read_answer(array({text("5"), text("7"), text("6"), array({entry})}));
    BOOST_REQUIRE(answer.has_value());
    BOOST_TEST(answer->is_known);
    BOOST_TEST(answer->epoch == 5U);
    BOOST_TEST(answer->last == 7U);
    BOOST_TEST(answer->position == 6U);
    BOOST_REQUIRE(answer->entries.size() == 1);
    BOOST_TEST(answer->entries[0].event.topic == "news");
    const auto unknown = parse_read_answer(array({text("5"), text("7"), text("unknown"), array({})}));
    BOOST_REQUIRE(unknown.has_value());
    BOOST_TEST(!unknown->is_known);
}

BOOST_AUTO_TEST_SUITE_END()
