#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "testing/application.hpp"

namespace testing_server_test {

namespace {

using namespace std::chrono_literals;
using rill::close_reason;
using rill_test::application;
namespace testing = rill::testing;

/// Returns all bytes that clients receive from a server.
std::string everything(const testing::options& options = {})
{
    testing::server app(application(), options);
    auto client = app.connect();
    client.send("GET /ticks?ms=700&size=3 HTTP/1.1\r\nHost: a\r\n\r\n");
    app.advance(1min);
    app.begin_shut_down();
    app.advance(1min);
    return client.receive() + app.log_text(rill::log_level::debug);
}

} // namespace

} // namespace testing_server_test

BOOST_AUTO_TEST_SUITE(testing_server_test)

BOOST_AUTO_TEST_CASE(answers_requests)
{
    testing::server app(application());
    const auto answer = app.get("/hello");
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.body == "hello");
    BOOST_TEST(answer.header("Date") == "Thu, 01 Jan 2026 00:00:00 GMT");
    BOOST_TEST(app.post("/echo", "text").body == "text");
    BOOST_TEST(app.request("DELETE", "/hello").status == 405);
    BOOST_TEST(app.connections() == 0U);
    BOOST_TEST((app.now() == 0ms));
    BOOST_TEST(app.get("/slow").body == "late");
    BOOST_TEST((app.now() == 30s));
    BOOST_TEST(app.get("/hello").header("Date") == "Thu, 01 Jan 2026 00:00:30 GMT");
}

BOOST_AUTO_TEST_CASE(time_passes_while_all_wait)
{
    testing::server app(application());
    auto ticks = app.open("/ticks?ms=1000&size=0");
    int expected = 0;
    int wrong = 0;
    while (app.now() < 24h) {
        wrong += ticks.next().data == std::to_string(++expected) ? 0 : 1;
    }
    BOOST_TEST(expected == 24 * 60 * 60);
    BOOST_TEST(wrong == 0);
    BOOST_TEST(app.streams() == 1U);
}

BOOST_AUTO_TEST_CASE(gives_the_same_bytes_every_time)
{
    const auto first = everything();
    BOOST_TEST(first.find("id: 85\n") != std::string::npos);
    BOOST_TEST(everything() == first);
    const auto shuffled = everything({.faults = testing::fault::schedule(3)});
    BOOST_TEST(everything({.faults = testing::fault::schedule(3)}) == shuffled);
}

BOOST_AUTO_TEST_CASE(many_streams)
{
    testing::server app(application());
    std::vector<testing::stream> all;
    for (int i = 0; i < 500; ++i) {
        all.push_back(app.open("/ticks?ms=1000&size=0"));
    }
    app.advance(60s);
    BOOST_TEST(app.streams() == 500U);
    for (auto& stream : all) {
        BOOST_TEST(stream.next(60).back().id == "60");
    }
    all.clear();
    BOOST_TEST(app.streams() == 0U);
}

BOOST_AUTO_TEST_CASE(shuts_down)
{
    testing::server app(application());
    auto stream = app.open("/ticks?ms=1000&size=0");
    stream.next();
    app.shut_down();
    BOOST_TEST(stream.ended());
    BOOST_TEST(stream.complete());
    BOOST_TEST((stream.close_reason() == close_reason::drained));
    BOOST_TEST((app.close_reasons() == std::vector{close_reason::drained}));
    BOOST_CHECK_THROW(app.get("/hello"), std::runtime_error);
    BOOST_TEST(app.log_text().empty());
    app.shut_down(); // has no effect
}

BOOST_AUTO_TEST_CASE(a_request_in_flight_finishes_during_the_drain)
{
    testing::server app(application(), {.server = {.drain_timeout = 40s}});
    auto client = app.connect();
    client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    app.begin_shut_down();
    BOOST_TEST(client.read_response().body == "late");
    BOOST_TEST((app.now() == 30s));
}

BOOST_AUTO_TEST_CASE(the_drain_has_its_timeout)
{
    testing::server app(application());
    auto client = app.connect();
    client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    app.shut_down();
    BOOST_TEST(client.closed());
    BOOST_TEST((app.now() >= 10s));
    BOOST_TEST((app.now() < 13s));
}

BOOST_AUTO_TEST_CASE(records_the_log_and_calls_the_observer)
{
    int opened = 0;
    testing::options options;
    options.server.observer.on_stream_opened = [&opened](const auto&) { ++opened; };
    rill::router routes;
    routes.get("/fail", []() -> rill::awaitable<std::string> { throw std::runtime_error("broken"); });
    routes.get("/three", rill::sse::endpoint(rill_test::three));
    testing::server app(std::move(routes), options);
    BOOST_TEST(app.get("/fail").status == 500);
    BOOST_REQUIRE(app.log().size() == 1U);
    BOOST_TEST((app.log()[0].level == rill::log_level::error));
    BOOST_TEST(app.log_text().find("broken") != std::string::npos);
    app.open("/three").rest();
    BOOST_TEST(opened == 1);
}

BOOST_AUTO_TEST_CASE(serves_metrics_and_has_background_coroutines)
{
    int rounds = 0;
    testing::options options;
    options.server.background.emplace_back([&rounds]() -> rill::awaitable<> {
        rill::interval every{1min};
        for (;;) {
            co_await every.tick();
            ++rounds;
        }
    });
    auto routes = application();
    routes.get("/metrics", rill::ops::metrics());
    testing::server app(std::move(routes), options);
    auto stream = app.open("/ticks?ms=1000&size=0");
    BOOST_TEST(app.run_until([&rounds] { return rounds == 10; }));
    BOOST_TEST((app.now() == 10min));
    BOOST_TEST(!app.run_until([] { return false; }, 5s));
    const auto page = app.get("/metrics").body;
    BOOST_TEST(page.find("rill_streams{route=\"/ticks\"} 1") != std::string::npos, page);
}

BOOST_AUTO_TEST_CASE(limits_are_those_of_production)
{
    testing::server app(application(), {.server = {.capacity = {.max_streams_per_address = 1}}});
    auto first = app.open("/ticks?ms=1000&size=0");
    BOOST_TEST(app.open("/ticks?ms=1000&size=0").status() == 503);
    BOOST_TEST(app.stats().refused_streams == 1U);
    BOOST_CHECK_THROW(testing::server(application(), {.server = {.backlog = 0}}), std::invalid_argument);
}

// With each fault of the connection, the events arrive in order, and no stream or connection remains.
BOOST_AUTO_TEST_CASE(each_fault_of_a_stream)
{
    const auto runs = testing::each_fault([](const testing::fault& f) {
        BOOST_TEST_CONTEXT(f.describe())
        {
            testing::server app(application(), {.faults = f});
            std::size_t number = 0;
            try {
                auto stream = app.open("/three");
                const std::vector<std::string> all{"one", "two", "three"};
                for (const auto& event : stream.rest()) {
                    BOOST_TEST(event.data == all.at(number++));
                }
                BOOST_TEST((!stream.complete() || number == 3));
            } catch (const testing::no_answer&) { // the connection broke before the head was complete
            }
            app.advance(1min);
            BOOST_TEST(app.connections() == 0U);
            BOOST_TEST(app.stats().queued_bytes == 0U);
        }
    });
    BOOST_TEST(runs > 100U);
}

BOOST_AUTO_TEST_CASE(schedules_lose_nothing)
{
    testing::each_schedule(20, [](const testing::fault& f) {
        testing::server app(application(), {.faults = f});
        auto one = app.open("/ticks?ms=1000&size=90");
        auto two = app.open("/ticks?ms=1000&size=90");
        for (int i = 1; i <= 50; ++i) {
            for (auto* stream : {&one, &two}) {
                if (stream->next().id != std::to_string(i)) {
                    throw std::runtime_error("an event is lost");
                }
            }
        }
    });
}

BOOST_AUTO_TEST_CASE(times_have_limits)
{
    testing::server app(application());
    BOOST_CHECK_THROW(app.advance(-1ms), std::invalid_argument);
    BOOST_CHECK_THROW(app.run_until([] { return false; }, -1ms), std::invalid_argument);
    app.advance(std::chrono::milliseconds::max());
    const auto last = app.now();
    BOOST_TEST((last == std::chrono::hours(24 * 365 * 100)));
    app.advance(std::chrono::milliseconds::max());
    BOOST_TEST((app.now() == last));
    BOOST_TEST(app.get("/hello").body == "hello");
}

BOOST_AUTO_TEST_SUITE_END()
