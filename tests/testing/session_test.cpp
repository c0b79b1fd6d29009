#include "testing/session.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <rill/core/operators.hpp>
#include <string>
#include <thread>

#include "testing/application.hpp"

namespace testing_session_test {

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace testing = rill::testing;

/// Waits in a thread of the pool until the test releases it, but at most 20 ms.
int compute()
{
    std::this_thread::yield();
    return 42;
}

rill::awaitable<std::string> from_pool(asio::thread_pool& pool)
{
    const auto work = [&]() -> asio::awaitable<int> { co_return compute(); };
    co_return std::to_string(co_await asio::co_spawn(pool, work, asio::use_awaitable));
}

rill::awaitable<std::string> offloaded(asio::thread_pool& pool)
{
    co_return std::to_string(co_await rill::offload(pool, [&] { return compute(); }));
}

rill::awaitable<std::string> asio_timer()
{
    asio::steady_timer timer(co_await asio::this_coro::executor, 1ms);
    co_await timer.async_wait(asio::use_awaitable);
    co_return "fired";
}

rill::awaitable<> either(rill::sse::event_stream& stream)
{
    using namespace asio::experimental::awaitable_operators;
    rill::interval every{1s};
    for (;;) {
        co_await (every.tick() || stream.stopped());
        co_await stream.send("tick");
    }
}

/// A stream with a heartbeat each second. Because of the heartbeat, the virtual clock always has a next timer.
rill::router app(asio::thread_pool& pool)
{
    rill::router routes;
    routes.get("/silent", rill::sse::endpoint(rill_test::silent, {.heartbeat = 1s}));
    routes.get("/pool", [&pool] { return from_pool(pool); });
    routes.get("/offload", [&pool] { return offloaded(pool); });
    routes.get("/asio", asio_timer);
    routes.get("/either", rill::sse::endpoint(either));
    return routes;
}

struct fixture
{
    asio::thread_pool pool{1};
    testing::server server{app(pool), {.outside_wait = 10s}};
    testing::stream other = server.open("/silent");
};

} // namespace

} // namespace testing_session_test

BOOST_AUTO_TEST_SUITE(testing_session_test)

BOOST_FIXTURE_TEST_CASE(the_clock_waits_for_work_outside, fixture)
{
    BOOST_TEST(server.get("/pool").body == "42");
    BOOST_TEST((server.now() == 0ms));
    BOOST_TEST(server.get("/offload").body == "42");
    BOOST_TEST((server.now() == 0ms));
    BOOST_TEST(server.get("/asio").body == "fired");
    BOOST_TEST((server.now() == 0ms));
}

BOOST_AUTO_TEST_CASE(the_operators_of_asio_depend_on_the_clock)
{
    asio::thread_pool pool{1};
    testing::server server(app(pool), {.outside_wait = 1ms});
    auto stream = server.open("/either");
    stream.next(1000);
    BOOST_TEST((server.now() == 1000s));
}

BOOST_AUTO_TEST_CASE(time_moves_to_the_next_timer)
{
    const auto session = std::make_shared<testing::detail::session>(rill_test::application(), testing::options{});
    BOOST_TEST((session->now() == 0ms));
    BOOST_TEST(!session->run_until([] { return false; }, 90s));
    BOOST_TEST((session->now() == 90s));
    session->advance(500ms);
    BOOST_TEST((session->now() == 90'500ms));
    int calls = 0;
    BOOST_TEST(session->run_until([&calls] { return ++calls == 1; }, 1h));
    BOOST_TEST((session->now() == 90'500ms));
    session->close();
}

BOOST_AUTO_TEST_CASE(an_exception_in_the_event_loop_is_logged)
{
    const auto session = std::make_shared<testing::detail::session>(rill_test::application(), testing::options{});
    asio::post(session->context().io, [] { throw std::runtime_error("not caught"); });
    session->run_ready();
    BOOST_REQUIRE(session->record().log().size() == 1U);
    BOOST_TEST(session->record().log()[0].text == "exception in the event loop: not caught");
    session->close();
}

BOOST_AUTO_TEST_CASE(a_coroutine_that_never_waits_is_an_error)
{
    bool spins = true;
    rill::router routes;
    routes.get("/spin", [&spins]() -> rill::awaitable<std::string> {
        while (spins) {
            co_await asio::post(asio::use_awaitable);
        }
        co_return "";
    });
    testing::server server(std::move(routes), {.max_handlers_at_one_time = 10'000});
    BOOST_CHECK_THROW(server.get("/spin"), testing::no_answer);
    spins = false;
    BOOST_TEST(server.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(a_server_belongs_to_one_thread)
{
    testing::server server(rill_test::application());
    bool refused = false;
    std::thread other([&] {
        try {
            server.run_ready();
        } catch (const std::logic_error&) {
            refused = true;
        }
    });
    other.join();
    BOOST_TEST(refused);
}

BOOST_AUTO_TEST_CASE(two_servers_have_two_clocks)
{
    testing::server first(rill_test::application());
    testing::server second(rill_test::application());
    auto slow = first.open("/ticks?ms=1000&size=0");
    auto fast = second.open("/ticks?ms=10&size=0");
    BOOST_TEST(fast.next().id == "1");
    BOOST_TEST(slow.next().id == "1");
    BOOST_TEST(fast.next().id == "2");
    BOOST_TEST((first.now() == 1s));
    BOOST_TEST((second.now() == 20ms));
}

BOOST_AUTO_TEST_SUITE_END()
