#include <iostream>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string>
#include <vector>

using namespace std::chrono_literals;

// [first]
#include <boost/test/unit_test.hpp>
#include <rill/testing.hpp>

rill::awaitable<> ticks(rill::sse::event_stream& stream, rill::query<"ms", int> ms)
{
    rill::interval every{std::chrono::milliseconds(*ms)};
    for (auto id = stream.last_event_number() + 1;; ++id) {
        co_await every.tick();
        co_await stream.send({.data = "tick", .id = id});
    }
}

rill::router my_app()
{
    rill::router app;
    app.get("/hello/{name}", [](rill::path<"name"> name) { return "hello, " + *name; });
    app.get("/ticks", rill::sse::endpoint(ticks, {.farewell = ": bye\n\n"}));
    return app;
}

BOOST_AUTO_TEST_CASE(greets)
{
    rill::testing::server app(my_app());
    BOOST_TEST(app.get("/hello/Ada").body == "hello, Ada");
}
// [first]

// [day]
BOOST_AUTO_TEST_CASE(loses_no_tick_in_a_day)
{
    rill::testing::server app(my_app());
    auto stream = app.open("/ticks?ms=1000");
    for (int second = 1; second <= 24 * 60 * 60; ++second) {
        BOOST_REQUIRE_EQUAL(stream.next().id, std::to_string(second));
    }
    BOOST_TEST((app.now() == 24h));
}
// [day]

// [handler]
BOOST_AUTO_TEST_CASE(resumes_after_the_last_event)
{
    auto source = rill::testing::event_source_of(ticks, "/?ms=1000", {{"Last-Event-ID", "41"}});
    BOOST_TEST(source.next().id == "42");
    source.events.disconnect();
    BOOST_TEST(source.app->streams() == 0U);
}
// [handler]

// [requests]
rill::response sign_in(const rill::request& r)
{
    if (r.body() != "secret") {
        return rill::response(rill::status::forbidden, "no", "text/plain");
    }
    auto answer = rill::response(rill::status::ok, "welcome", "text/plain");
    answer.set_cookie(rill::set_cookie("session", "1234"));
    return answer;
}

BOOST_AUTO_TEST_CASE(signs_in)
{
    rill::router routes;
    routes.post("/session", sign_in);
    routes.get("/session", [](rill::header<"Cookie"> cookie) { return *cookie; });
    rill::testing::server app(std::move(routes));
    BOOST_TEST(app.post("/session", "guess").status == 403);
    const auto answer = app.post("/session", "secret", {{"Content-Type", "text/plain"}});
    BOOST_TEST(answer.header("Content-Type") == "text/plain");
    const auto session = answer.cookie("session");
    BOOST_TEST(app.get("/session", {rill::testing::cookie("session", session)}).body == "session=1234");
}
// [requests]

// [leave]
BOOST_AUTO_TEST_CASE(a_client_leaves)
{
    using rill::close_reason;
    rill::testing::server app(my_app());
    auto stream = app.open("/ticks?ms=1000");
    stream.next();
    stream.disconnect(); // with FIN; or departure::reset, departure::vanish
    BOOST_TEST((stream.close_reason() == close_reason::peer_closed));
    BOOST_TEST(app.streams() == 0U);

    auto stalled = app.open("/ticks?ms=1");
    stalled.stop_reading(); // the buffers fill, and then the write timeout begins
    BOOST_TEST((stalled.wait_closed() == close_reason::write_timeout));

    auto slow = app.open("/ticks?ms=1000");
    slow.read_at(10); // bytes per second
    BOOST_TEST(slow.next(3).back().id == "3");
}
// [leave]

// [shutdown]
BOOST_AUTO_TEST_CASE(says_farewell)
{
    rill::testing::server app(my_app());
    auto stream = app.open("/ticks?ms=1000");
    stream.next();
    app.shut_down();
    BOOST_TEST(stream.complete());
    BOOST_TEST(stream.bytes().ends_with(": bye\n\n"));
    BOOST_TEST((app.close_reasons() == std::vector{rill::close_reason::drained}));
    BOOST_TEST(app.log_text() == ""); // no warning, no error
}
// [shutdown]

// [metrics]
BOOST_AUTO_TEST_CASE(one_stream_per_client)
{
    auto routes = my_app();
    routes.get("/metrics", rill::ops::metrics());
    rill::testing::options options;
    options.server.capacity.max_streams_per_address = 1;
    rill::testing::server app(std::move(routes), options);
    auto first = app.open("/ticks?ms=1000");
    BOOST_TEST(app.open("/ticks?ms=1000").status() == 503);
    BOOST_TEST(app.stats().refused_streams == 1U);
    BOOST_TEST(app.get("/metrics").body.find("rill_streams{route=\"/ticks\"} 1\n") != std::string::npos);
}
// [metrics]

// [faults]
BOOST_AUTO_TEST_CASE(survives_each_fault)
{
    rill::testing::each_fault([](const rill::testing::fault& f) {
        BOOST_TEST_CONTEXT(f.describe())
        {
            rill::testing::server app(my_app(), {.faults = f});
            try {
                app.open("/ticks?ms=1000").next(3);
            } catch (const rill::testing::no_answer&) {
                // The fault has affected this client. It must not affect the server.
            }
            app.advance(1min);
            BOOST_TEST(app.connections() == 0U);
            BOOST_TEST(app.log_text() == "");
        }
    });
}
// [faults]

// [schedules]
BOOST_AUTO_TEST_CASE(keeps_the_order_in_each_schedule)
{
    rill::testing::each_schedule(20, [](const rill::testing::fault& f) {
        rill::testing::server app(my_app(), {.faults = f});
        auto one = app.open("/ticks?ms=1000");
        auto two = app.open("/ticks?ms=700");
        BOOST_REQUIRE(one.next(50).back().id == "50");
        BOOST_REQUIRE(two.next(50).back().id == "50");
    });
}
// [schedules]

// [upstream]
#include <rill/client.hpp>

rill::awaitable<tl::expected<std::string, rill::problem>> quote(const rill::client::http& client)
{
    auto answer = co_await client.get("http://quotes.test/quote");
    if (!answer) {
        rill::problem failed;
        failed.status = rill::status::bad_gateway;
        failed.detail = answer.error().message();
        co_return tl::unexpected(std::move(failed));
    }
    auto body = co_await answer->read_all();
    co_return body.value_or("");
}

BOOST_AUTO_TEST_CASE(gets_a_quote)
{
    rill::router quotes;
    quotes.get("/quote", [] { return "to be"; });
    rill::testing::server upstream(std::move(quotes));

    const rill::client::http client;
    rill::router routes;
    routes.get("/quote", [&] { return quote(client); });
    rill::testing::server app(std::move(routes), {.upstreams = {{"quotes.test", upstream}}});

    BOOST_TEST(app.get("/quote").body == "to be");
    upstream.shut_down();
    BOOST_TEST(app.get("/quote").status == 502); // the connection is refused
}
// [upstream]

// [clock]
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <rill/core/timer_service.hpp>

rill::awaitable<> remind(int& reminders)
{
    rill::interval every{1h};
    for (;;) {
        co_await every.tick();
        ++reminders;
    }
}

BOOST_AUTO_TEST_CASE(reminds_every_hour)
{
    boost::asio::io_context context;
    auto& timers = rill::timer_service::of(context);
    timers.use_manual_clock(); // before anything waits
    int reminders = 0;
    boost::asio::co_spawn(context, remind(reminders), boost::asio::detached);
    context.poll(); // runs the coroutine up to its first wait
    timers.advance(59min);
    BOOST_TEST(reminders == 0);
    timers.advance(2min);
    BOOST_TEST(reminders == 1);
}
// [clock]

// [server]
#include <thread>

std::uint16_t port_of_server_that_runs_until(std::thread& thread, std::function<void()>& stop)
{
    auto server = std::make_shared<rill::server>(my_app(), rill::server_options{.port = 0}); // any free port
    if (const auto listening = server->listen(); !listening) {
        throw std::runtime_error(listening.error().message());
    }
    thread = std::thread([server] { server->run(); });
    stop = [server] { server->stop(); }; // thread-safe: starts the shutdown
    return server->port();
}
// [server]

// [contract]
#include <rill/testing/backplane_contract.hpp>

// Your log instead of this one.
std::shared_ptr<rill::pubsub::backplane> open_new_log()
{
    using rill::pubsub::memory_backplane;
    return std::make_shared<memory_backplane>(memory_backplane::settings{.max_past_events = 1'000'000});
}

BOOST_AUTO_TEST_CASE(my_log_meets_the_contract)
{
    std::shared_ptr<rill::pubsub::backplane> log;
    rill::testing::backplane_fixture fixture;
    fixture.create = [&log] { log = open_new_log(); }; // a new, empty log
    fixture.open = [&log] { return log; };             // another connection to it
    const auto report = rill::testing::run_backplane_contract(fixture);
    BOOST_TEST(report.ok(), report.text());
}
// [contract]

#include "docs/programs/drive.hpp"

BOOST_AUTO_TEST_CASE(serves_on_a_real_port)
{
    std::thread thread;
    std::function<void()> stop;
    const auto port = port_of_server_that_runs_until(thread, stop);
    drive::client client(port);
    BOOST_TEST(client.get("/hello/Ada").body() == "hello, Ada");
    stop();
    client.hang_up();
    thread.join();
}
