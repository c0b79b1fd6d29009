#include <rill/client/event.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(client_event_test)

using rill::client::event;

namespace {

event named(std::string name, std::string data)
{
    rill::sse::parsed_event e;
    e.name = std::move(name);
    e.data = std::move(data);
    return event(std::move(e));
}

} // namespace

BOOST_AUTO_TEST_CASE(gap_notices)
{
    const auto gap = named("gap", R"({"requested":"4","oldest":"9"})").gap();
    BOOST_REQUIRE(gap.has_value());
    BOOST_TEST(gap->requested == "4");
    BOOST_TEST(gap->oldest.value() == "9");
    const auto empty = named("gap", R"({"requested":"x","oldest":null})").gap();
    BOOST_REQUIRE(empty.has_value());
    BOOST_TEST(!empty->oldest.has_value());
    for (const auto* other : {"", "{}", "[]", R"({"requested":"4"})", R"({"requested":4,"oldest":"9"})",
                              R"({"requested":"4","oldest":9})", R"({"oldest":"9"})", "{"})
    {
        BOOST_TEST(!named("gap", other).gap().has_value(), other);
    }
    BOOST_TEST(!named("message", R"({"requested":"4","oldest":"9"})").gap().has_value());
}

BOOST_AUTO_TEST_CASE(dropped_notices)
{
    BOOST_TEST(named("dropped", R"({"count":12})").dropped()->count == 12U);
    for (const auto* other :
         {"", "{}", R"({"count":"12"})", R"({"count":-1})", R"({"count":1.5})", R"({"count":null})", "{"})
    {
        BOOST_TEST(!named("dropped", other).dropped().has_value(), other);
    }
    BOOST_TEST(!named("gap", R"({"count":12})").dropped().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
