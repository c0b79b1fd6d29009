#include <boost/test/unit_test.hpp>
#include <chrono>
#include <rill/rill.hpp>
#include <rill/testing.hpp>

namespace testing_server_test {

namespace {

using namespace std::chrono_literals;
using rill::close_reason;
namespace testing = rill::testing;

rill::awaitable<> count(rill::sse::event_stream& stream, rill::query<"ms", int> ms)
{
    rill::interval every{std::chrono::milliseconds(*ms)};
    for (int i = 1;; ++i) {
        co_await every.tick();
        co_await stream.send(std::to_string(i));
    }
}

rill::router app()
{
    rill::router routes;
    routes.get("/hello", [] { return "hello"; });
    routes.get("/ticks", rill::sse::endpoint(count));
    return routes;
}

} // namespace

} // namespace testing_server_test

BOOST_AUTO_TEST_SUITE(testing_server_test)

BOOST_AUTO_TEST_CASE(answers_a_request)
{
    testing::server server(app());
    const auto answer = server.get("/hello");
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.body == "hello");
    BOOST_TEST(server.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(time_passes_while_all_wait)
{
    testing::server server(app());
    auto ticks = server.open("/ticks?ms=1000");
    const auto began = server.now();
    for (int i = 1; i <= 86'400; ++i) {
        const auto tick = ticks.next().data;
        if (tick != std::to_string(i)) {
            BOOST_REQUIRE_EQUAL(tick, std::to_string(i));
        }
    }
    BOOST_TEST((server.now() - began == 24h));
    BOOST_TEST(server.streams() == 1U);
    ticks.disconnect();
    BOOST_TEST(server.streams() == 0U);
    BOOST_TEST((ticks.close_reason() == close_reason::peer_closed));
}

BOOST_AUTO_TEST_SUITE_END()
