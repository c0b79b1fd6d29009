#include <boost/test/unit_test.hpp>
#include <rill/testing.hpp>
#include <string>
#include <ticker/app.hpp>

namespace ticker_test {

namespace {

struct fixture
{
    rill::testing::server server{ticker::app()};
};

} // namespace

} // namespace ticker_test

BOOST_FIXTURE_TEST_SUITE(ticker_test, ticker_test::fixture)

BOOST_AUTO_TEST_CASE(ids_increase_by_one)
{
    auto client = server.open("/ticks?ms=10");
    BOOST_TEST(client.status() == 200);
    BOOST_TEST(client.head().header("content-type") == "text/event-stream");
    for (int i = 1; i <= 5; ++i) {
        const auto tick = client.next();
        BOOST_TEST(tick.id == std::to_string(i));
        BOOST_TEST(tick.data.starts_with(R"({"time":")"));
    }
    BOOST_TEST((server.now() == std::chrono::milliseconds(50)));
}

BOOST_AUTO_TEST_CASE(ticks_for_a_day)
{
    auto client = server.open("/ticks?ms=60000");
    BOOST_TEST(client.next(24UL * 60).back().id == "1440");
    BOOST_TEST((server.now() == std::chrono::hours(24)));
}

// No number follows the largest one. An increment would be undefined behavior.
BOOST_AUTO_TEST_CASE(the_largest_number_as_last_event_id)
{
    auto client = server.open("/ticks?ms=10", {{"Last-Event-ID", "9223372036854775807"}});
    BOOST_TEST(client.next().id == "1");
    BOOST_TEST(client.next().id == "2");
}

BOOST_AUTO_TEST_CASE(resumes_after_the_last_event_id)
{
    auto client = server.open("/ticks?ms=10", {{"Last-Event-ID", "41"}});
    BOOST_TEST(client.next().id == "42");
    BOOST_TEST(client.next().id == "43");
}

BOOST_AUTO_TEST_CASE(counts_its_viewers)
{
    auto client = server.open("/ticks?ms=10");
    BOOST_TEST(client.next().data.ends_with(R"("viewers":1})"));
    {
        auto second = server.open("/ticks?ms=10");
        BOOST_TEST(second.next().data.ends_with(R"("viewers":2})"));
        BOOST_TEST(client.next().data.ends_with(R"("viewers":2})"));
    }
    BOOST_TEST(client.next().data.ends_with(R"("viewers":1})"));
}

BOOST_AUTO_TEST_CASE(allows_only_sensible_periods)
{
    for (const auto* target : {"/ticks?ms=9", "/ticks?ms=60001", "/ticks?ms=soon", "/ticks?ms="}) {
        const auto refused = server.get(target);
        BOOST_TEST(refused.status == 400, target);
        BOOST_TEST(refused.header("content-type") == "application/problem+json");
    }
}

BOOST_AUTO_TEST_CASE(has_a_page)
{
    const auto page = server.get("/");
    BOOST_TEST(page.status == 200);
    BOOST_TEST(page.header("content-type") == "text/html; charset=utf-8");
}

BOOST_AUTO_TEST_SUITE_END()
