#include "pubsub/topic_state.hpp"

#include "past_stage.hpp"
#include "support/cpu_time.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(topic_state_test)

BOOST_AUTO_TEST_CASE(a_filter_selects_by_name_and_by_pattern)
{
    past_stage s;
    const auto filter = s.filter({"b", "rooms/*", "a"});
    const auto other = s.filter({"c"});
    const auto& a = *s.table.find("a");
    BOOST_TEST(filter->contains(a));
    BOOST_TEST(filter->selects(a));
    BOOST_TEST(!filter->matches("a"));
    BOOST_TEST(!filter->selects(*s.table.find("c")));
    BOOST_TEST(filter->selects("rooms/1"));
    BOOST_TEST(!filter->selects("rooms/1/typing"));
    BOOST_TEST(other.get() == &s.table.find("c")->single_topic_filter);
    const topic_state namesake("a", 0, {}); // another topic with the same name
    BOOST_TEST(!filter->contains(namesake));
}

BOOST_AUTO_TEST_CASE(no_prefix_is_a_prefix_of_another_one)
{
    past_stage s;
    const auto filter = s.filter({"a/b/*", "a/**", "ab/*", "*/1"});
    BOOST_TEST((filter->prefixes == std::vector<std::string>{""}));
    const auto two = s.filter({"a/b/*", "a/**", "ab/*"});
    BOOST_TEST((two->prefixes == std::vector<std::string>{"a/", "ab/"}));
}

BOOST_AUTO_TEST_CASE(patterns_that_overlap_find_each_topic_once)
{
    past_stage s;
    for (const auto* topic : {"a/1", "a/b/1", "a/b/c", "a", "ab", "b/1", "z"}) {
        s.publish(topic);
    }
    const auto found = [&](const std::vector<std::string>& topics) { return s.ids(s.filter(topics), 0); };
    BOOST_TEST(found({"a/**", "a/*", "a/b/*"}) == "1 2 3");
    BOOST_TEST(found({"a/*", "b/*", "a/1", "z"}) == "1 6 7");
    BOOST_TEST(found({"*/1", "a/b/**"}) == "1 2 3 6");
    BOOST_TEST(found({"**", "a/b/*"}) == "1 2 3 4 5 6 7");
}

namespace {

// Returns the time to find the start of a stream. The stream names all topics, and also has a pattern that matches
// them.
std::chrono::nanoseconds time_to_start(int topics)
{
    const channel_options options{.replay = {.max_events = 1}, .history = 1};
    past_stage s(options);
    std::vector<std::string> names{"*"};
    for (int i = 0; i < topics; ++i) {
        names.push_back("topic" + std::to_string(i));
        s.publish(names.back());
    }
    return cpu_time_of([&] {
        const auto filter = s.filter(names);
        BOOST_TEST(s.past(filter).start(unknown_id::reset, {}, options, s.end.newest).position.seen + 1 ==
                   s.end.newest);
        BOOST_TEST(s.ids(filter, 0, s.end.newest, 1) == "1");
    });
}

} // namespace

// Sixteen times as many topics must not take 256 times as long.
BOOST_AUTO_TEST_CASE(names_and_patterns_are_found_in_linear_time)
{
    const auto few = time_to_start(400);
    const auto many = time_to_start(6'400);
    BOOST_TEST(many.count() < 80 * few.count());
}

BOOST_AUTO_TEST_SUITE_END()
