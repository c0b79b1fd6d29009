// The end of a worker with running handlers. tests/faults covers its start, in which each system call fails once.

#include "server/serving/worker.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "server/fixture.hpp"
#include "support/counted.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(worker_test)

namespace {

namespace asio = rill::asio;

template <class Handler>
rill::router endless(Handler handle)
{
    rill::router app;
    app.get("/", rill::sse::endpoint(std::move(handle), {.heartbeat = 0ms}));
    return app;
}

rill::awaitable<> waits(rill::sse::event_stream& stream)
{
    counted here;
    co_await stream.stopped();
}

/// A worker without a thread, which runs a background coroutine up to its first wait.
struct lone_worker
{
    explicit lone_worker(rill::background_task task) : tasks{std::move(task)}
    {
        worker.start_background(tasks);
        for (int handlers = 0; handlers < 100 && worker.run_one({}); ++handlers) {
        }
    }

    rill::server_options options;
    rill::handler app = endless(waits);
    rill::observer observer;
    rill::transport::capacity room{options.capacity};
    std::vector<rill::background_task> tasks;
    rill::worker worker{app, options, observer, room};
};

} // namespace

BOOST_AUTO_TEST_CASE(handlers_that_ignore_their_cancellation_are_destroyed_with_the_server)
{
    const auto descriptors = open_descriptors();
    {
        rill::server_options options;
        options.drain_timeout = 10ms;
        running_server server(endless([](rill::sse::event_stream& stream) -> rill::awaitable<> {
                                  counted here;
                                  co_await stream.send("begun");
                                  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
                                  static_cast<void>(co_await stream.stopped(rill::as_expected));
                                  rill::interval every{1h};
                                  static_cast<void>(co_await every.tick(rill::as_expected));
                                  co_await every.tick(); // the handler ignores all waits before this one
                              }),
                              options);
        raw_client c(server.port());
        c.get("/");
        BOOST_REQUIRE(c.read_until("begun"));
        server.stop();
        BOOST_TEST(counted::alive() == 1);
        BOOST_TEST(server.log().find("1 handlers did not end when they were cancelled") != std::string::npos);
    }
    BOOST_TEST(counted::alive() == 0);
    BOOST_TEST(eventually([&] { return open_descriptors() <= descriptors; }));
}

// The completion handler rethrows the exception of its coroutine.
BOOST_AUTO_TEST_CASE(an_exception_during_the_destruction_is_ignored)
{
    {
        rill::server_options options;
        options.drain_timeout = 10ms;
        running_server server(endless([](rill::sse::event_stream& stream) -> rill::awaitable<> {
                                  counted here;
                                  const auto worker = co_await asio::this_coro::executor;
                                  asio::co_spawn(worker, rill::sleep_for(1h), [](std::exception_ptr error) {
                                      error ? std::rethrow_exception(error) : void();
                                  });
                                  co_await stream.send("begun");
                                  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
                                  co_await rill::sleep_for(1h);
                              }),
                              options);
        raw_client c(server.port());
        c.get("/");
        BOOST_REQUIRE(c.read_until("begun"));
        server.stop();
    }
    BOOST_TEST(counted::alive() == 0);
}

BOOST_AUTO_TEST_CASE(a_server_that_never_ran_closes_its_connections)
{
    const auto descriptors = open_descriptors();
    {
        rill::server_options options;
        options.port = 0;
        rill::server server(endless(waits), options);
        BOOST_REQUIRE(server.listen().has_value());
        raw_client c(server.port());
        c.get("/");
        server.stop();
    }
    BOOST_TEST(eventually([&] { return open_descriptors() <= descriptors; }));
    BOOST_TEST(counted::alive() == 0);
}

// The destructor gives each coroutine 100 turns. In each turn it runs a limited number of handlers.
BOOST_AUTO_TEST_CASE(a_coroutine_that_never_waits_does_not_block_the_destructor)
{
    std::size_t turns = 0;
    {
        lone_worker worker([&]() -> rill::awaitable<> {
            counted here;
            const auto loop = co_await asio::this_coro::executor;
            co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
            for (;;) {
                co_await asio::post(loop, asio::use_awaitable);
                ++turns;
            }
        });
        BOOST_TEST(counted::alive() == 1);
        BOOST_TEST(turns > 0U);
    }
    BOOST_TEST(counted::alive() == 0);
    BOOST_TEST(turns > 10'000U);
    BOOST_TEST(turns < 1'100'000U);
}

BOOST_AUTO_TEST_CASE(a_coroutine_that_waits_forever_does_not_block_the_destructor)
{
    {
        lone_worker worker([]() -> rill::awaitable<> {
            counted here;
            asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
            co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
            co_await timer.async_wait(asio::use_awaitable);
        });
        BOOST_TEST(counted::alive() == 1);
    }
    BOOST_TEST(counted::alive() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
