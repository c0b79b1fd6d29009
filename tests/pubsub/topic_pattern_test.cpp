#include <rill/pubsub/topic_pattern.hpp>

#include <boost/test/unit_test.hpp>

using rill::pubsub::is_topic;
using rill::pubsub::topic_pattern;

BOOST_AUTO_TEST_SUITE(topic_pattern_test)

namespace {

bool matches(std::string_view pattern, std::string_view topic)
{
    const auto parsed = topic_pattern::parse(pattern);
    BOOST_REQUIRE(parsed.has_value());
    return parsed->matches(topic);
}

} // namespace

BOOST_AUTO_TEST_CASE(names)
{
    for (const auto* name : {"a", "a/b", "/", "a//b", "r\xc3\xa9sum\xc3\xa9", "a b", "?"}) {
        BOOST_TEST(is_topic(name), name);
        BOOST_TEST(topic_pattern::parse(name)->is_exact(), name);
    }
    BOOST_TEST(is_topic(std::string(256, 'x')));
    for (const std::string& name : {std::string(), std::string(257, 'x'), std::string("a\nb"), std::string("a\0b", 3),
                                    std::string("\x7f"), std::string("\xff"), std::string("a/*")})
    {
        BOOST_TEST(!is_topic(name), name);
    }
}

BOOST_AUTO_TEST_CASE(bad_patterns)
{
    for (const auto* text : {"", "a*", "*a", "a/b*/c", "***", "**/a", "a/**/b", "**a", "a\r"}) {
        const auto parsed = topic_pattern::parse(text);
        BOOST_TEST(!parsed.has_value(), text);
        BOOST_TEST((parsed.error() == rill::make_error_code(rill::error::invalid_topic)));
    }
}

BOOST_AUTO_TEST_CASE(an_exact_name_matches_itself)
{
    BOOST_TEST(matches("a/b", "a/b"));
    BOOST_TEST(!matches("a/b", "a"));
    BOOST_TEST(!matches("a/b", "a/b/"));
    BOOST_TEST(!matches("a/b", "A/b"));
}

BOOST_AUTO_TEST_CASE(a_star_matches_one_segment)
{
    BOOST_TEST(!topic_pattern::parse("rooms/*")->is_exact());
    BOOST_TEST(matches("rooms/*", "rooms/1"));
    BOOST_TEST(matches("rooms/*", "rooms/"));
    BOOST_TEST(!matches("rooms/*", "rooms"));
    BOOST_TEST(!matches("rooms/*", "rooms/1/typing"));
    BOOST_TEST(!matches("rooms/*", "room/1"));
    BOOST_TEST(matches("*/1/*", "rooms/1/typing"));
    BOOST_TEST(!matches("*/1/*", "rooms/2/typing"));
    BOOST_TEST(matches("*", "rooms"));
    BOOST_TEST(!matches("*", "rooms/1"));
}

BOOST_AUTO_TEST_CASE(two_stars_match_any_rest)
{
    BOOST_TEST(matches("rooms/**", "rooms/1"));
    BOOST_TEST(matches("rooms/**", "rooms/1/typing"));
    BOOST_TEST(!matches("rooms/**", "rooms"));
    BOOST_TEST(!matches("rooms/**", "roomsx/1"));
    BOOST_TEST(matches("**", "a"));
    BOOST_TEST(matches("**", "a/b/c"));
    BOOST_TEST(matches("*/x/**", "a/x/c/d"));
    BOOST_TEST(!matches("*/x/**", "a/y/c/d"));
}

BOOST_AUTO_TEST_CASE(patterns_with_a_topic_in_common)
{
    const auto overlap = [](std::string_view a, std::string_view b) {
        const auto one = *topic_pattern::parse(a);
        const auto two = *topic_pattern::parse(b);
        BOOST_TEST(one.overlaps(two) == two.overlaps(one));
        return one.overlaps(two);
    };
    for (const auto& [a, b] :
         {std::pair{"a", "a"}, {"a", "*"}, {"a/b", "a/**"}, {"*/b", "a/*"}, {"**", "a/*/c"}, {"a/*", "a/**"}})
    {
        BOOST_TEST(overlap(a, b), a << " and " << b);
    }
    for (const auto& [a, b] :
         {std::pair{"a", "b"}, {"a", "a/b"}, {"a/*", "b/*"}, {"a", "a/**"}, {"*", "a/*"}, {"a/**", "b/**"}})
    {
        BOOST_TEST(!overlap(a, b), a << " and " << b);
    }
}

BOOST_AUTO_TEST_SUITE_END()
