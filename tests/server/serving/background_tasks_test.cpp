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

// Counts on, and leaves a mark where it ends.
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

BOOST_FIXTURE_TEST_CASE(each_ends_for_itself, fixture)
{
    BOOST_TEST(tasks.start(waits(5ms)));
    BOOST_TEST(tasks.start(fails(10ms)));
    BOOST_TEST(rill::spawn(loop.context.get_executor(), waits(20ms)));
    BOOST_TEST(tasks.running() == 3U); // each has begun
    BOOST_TEST(counted::alive() == 3);
    loop.pass(7ms);
    BOOST_TEST(tasks.running() == 2U);
    loop.pass(7ms);
    BOOST_TEST(log == "its own error;");
    BOOST_TEST(tasks.start(waits(1ms)));
    loop.pass(10ms);
    BOOST_TEST(tasks.running() == 0U);
    BOOST_TEST(counted::alive() == 0);
    BOOST_TEST(ended == 0); // who has none now may have some later
}

BOOST_FIXTURE_TEST_CASE(cancelled_they_unwind_and_no_other_begins, fixture)
{
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(tasks.start(waits(1h)));
    }
    tasks.cancel();
    BOOST_TEST(ended == 0);
    loop.turn();
    BOOST_TEST(ended == 1);
    BOOST_TEST(counted::alive() == 0);
    BOOST_TEST(log == ""); // that is no failure
    BOOST_TEST(!tasks.start(waits(1h)));
    BOOST_TEST(!rill::spawn(loop.context.get_executor(), waits(1h)));
    BOOST_TEST(rejected == 2);
    BOOST_TEST(counted::alive() == 0);
    tasks.cancel();
    loop.turn();
    BOOST_TEST(ended == 1);
}

BOOST_FIXTURE_TEST_CASE(where_none_runs_the_end_comes_from_the_event_loop_too, fixture)
{
    tasks.cancel();
    BOOST_TEST(ended == 0);
    loop.turn();
    BOOST_TEST(ended == 1);
}

BOOST_FIXTURE_TEST_CASE(one_that_takes_its_time_is_waited_for, fixture)
{
    BOOST_TEST(tasks.start([]() -> rill::awaitable<> {
        rill::interval hour(1h);
        static_cast<void>(co_await hour.tick(rill::as_expected));
        co_await asio::this_coro::reset_cancellation_state();
        co_await rill::sleep_for(5ms); // such as a file that is written
        throw std::runtime_error("its own error");
    }()));
    tasks.cancel();
    loop.pass(3ms);
    BOOST_TEST(ended == 0);
    loop.pass(4ms);
    BOOST_TEST(ended == 1);
    BOOST_TEST(log == "its own error;"); // that is one
}

BOOST_AUTO_TEST_CASE(without_a_worker_its_exception_leaves_the_event_loop)
{
    manual_loop loop;
    BOOST_TEST(rill::spawn(loop.context.get_executor(), fails(1ms)));
    BOOST_CHECK_EXCEPTION(loop.pass(5ms), std::runtime_error,
                          [](const auto& e) { return e.what() == std::string("its own error"); });
    BOOST_TEST(counted::alive() == 0);
}

BOOST_AUTO_TEST_CASE(an_executor_that_is_no_workers_is_a_clear_error)
{
    asio::thread_pool pool(1);
    BOOST_CHECK_EXCEPTION(static_cast<void>(rill::spawn(pool.get_executor(), waits(1h))), boost::system::system_error,
                          [](const auto& e) { return e.code() == rill::error::foreign_executor; });
    BOOST_TEST(counted::alive() == 0);
}

BOOST_AUTO_TEST_CASE(what_is_left_ends_with_the_loop)
{
    {
        manual_loop loop;
        BOOST_TEST(rill::spawn(loop.context.get_executor(), waits(1h)));
        BOOST_TEST(counted::alive() == 1);
    }
    BOOST_TEST(counted::alive() == 0);
}

BOOST_AUTO_TEST_CASE(a_worker_has_them_for_as_long_as_it_has_connections)
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
    const int before = one.count; // of a server in its drain
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

BOOST_AUTO_TEST_CASE(one_that_comes_too_late_is_in_the_log)
{
    std::atomic<bool> spawned = true;
    rill::server_options options;
    options.background = {[&]() -> rill::awaitable<> {
        rill::interval hour(1h);
        static_cast<void>(co_await hour.tick(rill::as_expected)); // until it is cancelled
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

BOOST_AUTO_TEST_CASE(one_that_refuses_to_end_is_unwound_with_the_server)
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
