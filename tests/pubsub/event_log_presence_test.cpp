#include "pubsub/event_log.hpp"

#include "log_stage.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(event_log_presence_test)

BOOST_AUTO_TEST_CASE(the_number_of_topics_is_bounded)
{
    const auto log = make_log({.topics = 2});
    BOOST_TEST(log->publish("a", {.data = "x"}, {}).has_value());
    BOOST_TEST((log->enter({pattern("b"), pattern("c")}, {}).error() == rill::error::too_many_topics));
    BOOST_TEST((log->topics() == std::vector<std::string>{"a"}));
    auto b = enter(*log, {pattern("b")});
    BOOST_TEST((log->publish("c", {.data = "x"}, {}).error() == rill::error::too_many_topics));
    BOOST_TEST(log->publish("b", {.data = "x"}, {}).has_value());
    log->leave(std::move(b));
}

BOOST_AUTO_TEST_SUITE_END()
