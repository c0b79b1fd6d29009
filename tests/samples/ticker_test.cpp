#include <boost/test/unit_test.hpp>
#include <ticker/app.hpp>

#include "support/client.hpp"
#include "support/running_server.hpp"

namespace ticker_test {

namespace {

struct fixture
{
    rill_test::running_server server{ticker::app()};
    rill_test::client client{server.port()};
};

} // namespace

} // namespace ticker_test

BOOST_FIXTURE_TEST_SUITE(ticker_test, ticker_test::fixture)

BOOST_AUTO_TEST_CASE(ids_increase_by_one)
{
    client.get("/ticks?ms=10");
    BOOST_TEST(client.status() == 200);
    BOOST_TEST(client.header("content-type") == "text/event-stream");
    const auto ticks = client.events(5);
    BOOST_REQUIRE(ticks.size() == 5U);
    for (std::size_t i = 0; i < ticks.size(); ++i) {
        BOOST_TEST(ticks[i].id == std::to_string(i + 1));
        BOOST_TEST(ticks[i].data.starts_with(R"({"time":")"));
    }
}

// No number follows the largest one. An increment would be undefined behavior.
BOOST_AUTO_TEST_CASE(the_largest_number_as_last_event_id)
{
    client.get("/ticks?ms=10", "Last-Event-ID: 9223372036854775807\r\n");
    const auto ticks = client.events(2);
    BOOST_REQUIRE(ticks.size() == 2U);
    BOOST_TEST(ticks[0].id == "1");
    BOOST_TEST(ticks[1].id == "2");
}

BOOST_AUTO_TEST_CASE(resumes_after_the_last_event_id)
{
    client.get("/ticks?ms=10", "Last-Event-ID: 41\r\n");
    const auto ticks = client.events(2);
    BOOST_REQUIRE(ticks.size() == 2U);
    BOOST_TEST(ticks[0].id == "42");
    BOOST_TEST(ticks[1].id == "43");
}

BOOST_AUTO_TEST_CASE(counts_its_viewers)
{
    client.get("/ticks?ms=10");
    BOOST_TEST(client.event().value().data.ends_with(R"("viewers":1})"));
    {
        rill_test::client second(server.port());
        second.get("/ticks?ms=10");
        BOOST_TEST(second.event().value().data.ends_with(R"("viewers":2})"));
    }
    // The second client has disconnected. The loop ends, or the client throws after a timeout.
    for (auto seen = client.event(); !seen.value().data.ends_with(R"("viewers":1})"); seen = client.event()) {
    }
}

BOOST_AUTO_TEST_CASE(allows_only_sensible_periods)
{
    for (const auto* target : {"/ticks?ms=9", "/ticks?ms=60001", "/ticks?ms=soon", "/ticks?ms="}) {
        rill_test::client refused(server.port());
        refused.get(target);
        BOOST_TEST(refused.status() == 400, target);
        BOOST_TEST(refused.header("content-type") == "application/problem+json");
    }
}

BOOST_AUTO_TEST_CASE(has_a_page)
{
    client.get("/");
    BOOST_TEST(client.status() == 200);
    BOOST_TEST(client.header("content-type") == "text/html; charset=utf-8");
}

BOOST_AUTO_TEST_SUITE_END()
