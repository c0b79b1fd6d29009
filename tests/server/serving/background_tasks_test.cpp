#include "server/serving/background_tasks.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <rill/server/background.hpp>

#include "server/fixture.hpp"
#include "support/counted.hpp"
#include "support/manual_loop.hpp"

using namespace rill_test;
namespace asio = rill::asio;

BOOST_AUTO_TEST_SUITE(background_tasks_test)

namespace {

rill::awaitable<> waits(std::chrono::milliseconds time)
{
    counted here;
    co_await rill::sleep_for(time);
}

rill::awaitable<> fails(std::chrono::milliseconds after)
{
    counted here;
    co_await rill::sleep_for(after);
    throw std::runtime_error("its own error");
}

struct fixture
{
    manual_loop loop;
    rill::background_tasks& tasks = rill::background_tasks::of(loop.context);
    int ended = 0;
    int rejected = 0;
    std::string log;

    fixture()
    {
        tasks.on_ended = [this] { ++ended; };
        tasks.on_failed = [this](const std::string& what) { log += what + ";"; };
        tasks.on_rejected = [this] { ++rejected; };
    }
};

rill::router one_stream()
{
    rill::router app;
    app.get("/", rill::sse::endpoint(
                     [](rill::sse::event_stream& stream) -> rill::awaitable<> {
                         co_await stream.send("begun");
                         co_await stream.stopped();
                         co_await rill::sleep_for(50ms);
                         co_await stream.send("ended");
                     },
                     {.finish_on_shutdown = true}));
    return app;
}

// Counts in a loop, and sets a flag when the coroutine is destroyed.
struct counting
{
    std::atomic<int> count = 0;
    std::atomic<bool> ended = false;

    rill::awaitable<> run()
    {
        struct mark
        {
            std::atomic<bool>& set;
            ~mark() { set = true; }
        };
        const mark here{ended};
        for (rill::interval every(1ms);; ++count) {
            co_await every.tick();
        }
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(tasks_end_independently, fixture)
{
    BOOST_TEST(tasks.start(waits(5ms)));
    BOOST_TEST(tasks.start(fails(10ms)));
    BOOST_TEST(rill::spawn(loop.context.get_executor(), waits(20ms)));
    BOOST_TEST(tasks.running() == 3U); // all three have started
    BOOST_TEST(counted::alive() == 3);
    loop.pass(7ms);
    BOOST_TEST(tasks.running() == 2U);
    loop.pass(7ms);
    BOOST_TEST(log == "its own error;");
    BOOST_TEST(tasks.start(waits(1ms)));
    loop.pass(10ms);
    BOOST_TEST(tasks.running() == 0U);
    BOOST_TEST(counted::alive() == 0);
    BOOST_TEST(ended == 0); // tasks can still start; the end is reported only after cancel()
}

BOOST_FIXTURE_TEST_CASE(cancel_unwinds_all_tasks_and_rejects_new_tasks, fixture)
{
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(tasks.start(waits(1h)));
    }
    tasks.cancel();
    BOOST_TEST(ended == 0);
    loop.turn();
    BOOST_TEST(ended == 1);
    BOOST_TEST(counted::alive() == 0);
    BOOST_TEST(log == ""); // a cancellation is not a failure
    BOOST_TEST(!tasks.start(waits(1h)));
    BOOST_TEST(!rill::spawn(loop.context.get_executor(), waits(1h)));
    BOOST_TEST(rejected == 2);
    BOOST_TEST(counted::alive() == 0);
    tasks.cancel();
    loop.turn();
    BOOST_TEST(ended == 1);
}

BOOST_FIXTURE_TEST_CASE(without_tasks_the_event_loop_reports_the_end, fixture)
{
    tasks.cancel();
    BOOST_TEST(ended == 0);
    loop.turn();
    BOOST_TEST(ended == 1);
}

BOOST_FIXTURE_TEST_CASE(cancel_waits_for_a_task_that_cleans_up, fixture)
{
    BOOST_TEST(tasks.start([]() -> rill::awaitable<> {
        rill::interval hour(1h);
        static_cast<void>(co_await hour.tick(rill::as_expected));
        co_await asio::this_coro::reset_cancellation_state();
        co_await rill::sleep_for(5ms); // for example, writes a file
        throw std::runtime_error("its own error");
    }()));
    tasks.cancel();
    loop.pass(3ms);
    BOOST_TEST(ended == 0);
    loop.pass(4ms);
    BOOST_TEST(ended == 1);
    BOOST_TEST(log == "its own error;"); // an exception after the cancellation is a failure
}

BOOST_AUTO_TEST_CASE(without_a_worker_an_exception_leaves_the_event_loop)
{
    manual_loop loop;
    BOOST_TEST(rill::spawn(loop.context.get_executor(), fails(1ms)));
    BOOST_CHECK_EXCEPTION(loop.pass(5ms), std::runtime_error,
                          [](const auto& e) { return e.what() == std::string("its own error"); });
    BOOST_TEST(counted::alive() == 0);
}

BOOST_AUTO_TEST_CASE(a_foreign_executor_is_an_error)
{
    asio::thread_pool pool(1);
    BOOST_CHECK_EXCEPTION(static_cast<void>(rill::spawn(pool.get_executor(), waits(1h))), boost::system::system_error,
                          [](const auto& e) { return e.code() == rill::error::foreign_executor; });
    BOOST_TEST(counted::alive() == 0);
}

BOOST_AUTO_TEST_CASE(running_tasks_are_destroyed_with_the_event_loop)
{
    {
        manual_loop loop;
        BOOST_TEST(rill::spawn(loop.context.get_executor(), waits(1h)));
        BOOST_TEST(counted::alive() == 1);
    }
    BOOST_TEST(counted::alive() == 0);
}

BOOST_AUTO_TEST_CASE(a_worker_runs_its_tasks_until_its_last_connection_closes)
{
    counting one;
    counting other;
    rill::server_options options;
    options.background = {[&] { return one.run(); }, [&] { return other.run(); }, [] { return fails(0ms); },
                          []() -> rill::awaitable<> { throw std::runtime_error("before it is a coroutine"); }};
    running_server server(one_stream(), options);
    raw_client c(server.port());
    c.get("/");
    BOOST_REQUIRE(c.read_until("begun"));
    BOOST_TEST(eventually([&] { return one.count > 3 && other.count > 3; }));
    server.begin_stop();
    BOOST_REQUIRE(c.read_until("ended"));
    const int before = one.count; // the server drains
    BOOST_TEST(!one.ended);
    BOOST_TEST(eventually([&] { return one.count > before; }));
    c.close();
    server.stop();
    BOOST_TEST(one.ended);
    BOOST_TEST(other.ended);
    BOOST_TEST(server.log() == "background task failed: before it is a coroutine\n"
                               "background task failed: its own error\n");
}

BOOST_AUTO_TEST_CASE(a_handler_spawns_on_its_worker)
{
    counting background;
    rill::router app;
    app.get("/", [&](rill::request&) -> rill::awaitable<rill::response> {
        const bool spawned = rill::spawn(co_await asio::this_coro::executor, background.run());
        co_return rill::response::text(spawned ? "spawned" : "not spawned");
    });
    running_server server(std::move(app));
    BOOST_TEST(fetch(server, "/") == "spawned");
    BOOST_TEST(eventually([&] { return background.count > 3; }));
    server.stop();
    BOOST_TEST(background.ended);
    BOOST_TEST(server.log() == "");
}

BOOST_AUTO_TEST_CASE(a_task_after_the_cancellation_is_logged)
{
    std::atomic<bool> spawned = true;
    rill::server_options options;
    options.background = {[&]() -> rill::awaitable<> {
        rill::interval hour(1h);
        static_cast<void>(co_await hour.tick(rill::as_expected)); // returns when the task is cancelled
        co_await asio::this_coro::reset_cancellation_state();
        const auto worker = co_await asio::this_coro::executor;
        spawned = rill::spawn(worker, waits(0ms));
    }};
    running_server server(one_stream(), options);
    server.stop();
    BOOST_TEST(!spawned);
    BOOST_TEST(server.log() == "background task not started: the worker has cancelled its background tasks\n");
    BOOST_TEST(counted::alive() == 0);
}

BOOST_AUTO_TEST_CASE(a_task_that_ignores_its_cancellation_is_destroyed_with_the_server)
{
    rill::server_options options;
    options.background = {[]() -> rill::awaitable<> {
        counted here;
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        rill::interval hour(1h);
        static_cast<void>(co_await hour.tick(rill::as_expected));
    }};
    {
        running_server server(one_stream(), options);
        BOOST_REQUIRE(eventually([] { return counted::alive() == 1; }));
        server.stop();
        BOOST_TEST(server.log() == "1 background tasks did not end when they were cancelled\n");
    }
    BOOST_TEST(counted::alive() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
