#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <rill/testing.hpp>
#include <thread>
#include <ticker/app.hpp>
#include <upstream/app.hpp>

#include "support/client.hpp"
#include "support/connection.hpp"
#include "support/running_server.hpp"
#include "support/scope_count.hpp"

namespace upstream_test {

namespace {

using namespace std::chrono_literals;

template <class Condition>
bool eventually(Condition condition)
{
    const auto end = std::chrono::steady_clock::now() + rill_test::client::patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) {
            return false;
        }
        std::this_thread::sleep_for(1ms);
    }
    return true;
}

upstream::options options_for(std::uint16_t port)
{
    upstream::options how;
    how.server = {"127.0.0.1", std::to_string(port)};
    how.deadline = 1h; // longer than any test
    how.patience = 1h;
    return how;
}

/// A handler is cancelled as soon as its client has sent FIN, so that no test waits for the half-close timeout.
rill::server_options cancel_at_fin()
{
    rill::server_options options;
    options.limits.half_close_timeout = 0ms;
    return options;
}

/// The upstream server. It counts its open streams.
struct other
{
    std::atomic<int> streams = 0;

    rill::router app()
    {
        rill::router app;
        app.get("/hello", [](rill::query<"name", std::string, rill::fixed_string("nobody")> name) {
            return rill::response::html("<p>hello, " + *name);
        });
        app.get("/long", [] { return std::string(4096, 'x'); });
        app.get("/broken", [] { return rill::status::internal_server_error; });
        app.get("/never", [](rill::request&) -> rill::awaitable<std::string> {
            co_await rill::sleep_for(1h);
            co_return "";
        });
        app.get("/stalls", [](rill::request&) {
            return rill::response::stream([](rill::response_writer& out) -> rill::awaitable<> {
                co_await out.write("the first half");
                co_await rill::sleep_for(1h);
            });
        });
        app.get("/ticks", rill::sse::endpoint([this](rill::sse::event_stream& stream) -> rill::awaitable<> {
                    rill_test::scope_count here(streams);
                    co_await stream.send({.data = "first", .id = stream.last_event_number() + 1});
                    co_await rill::sleep_for(50ms);
                    co_await stream.send("second");
                    co_await rill::sleep_for(1h);
                }));
        app.get("/short", rill::sse::endpoint([](rill::sse::event_stream& stream) -> rill::awaitable<> {
                    co_await stream.send("all");
                }));
        return app;
    }

    rill_test::running_server server{app(), cancel_at_fin()};
};

struct fixture
{
    other there;
    rill_test::running_server server{upstream::app(options_for(there.server.port())), cancel_at_fin()};
    rill_test::client client{server.port()};
};

struct problem_of_get
{
    int status;
    std::string body;
};

problem_of_get ask(const rill_test::running_server& server, std::string_view target)
{
    rill_test::client c(server.port());
    c.get(target);
    BOOST_TEST(c.header("content-type") == "application/problem+json");
    return {c.status(), c.body()};
}

} // namespace

} // namespace upstream_test

BOOST_FIXTURE_TEST_SUITE(upstream_test, upstream_test::fixture)

BOOST_AUTO_TEST_CASE(a_page_comes_from_the_upstream)
{
    client.get("/pages/hello?name=Ada%20L");
    BOOST_TEST(client.status() == 200);
    BOOST_TEST(client.header("content-type") == "text/html; charset=utf-8");
    BOOST_TEST(client.body() == "<p>hello, Ada L");
    client.get("http://localhost/pages/hello"); // the absolute form (RFC 9112, 3.2.2)
    BOOST_TEST(client.body() == "<p>hello, nobody");
    client.get("/pages/long");
    BOOST_TEST(client.body() == std::string(4096, 'x'));
}

BOOST_AUTO_TEST_CASE(events_are_passed_on_immediately)
{
    client.get("/events");
    BOOST_TEST(client.status() == 200);
    BOOST_TEST(client.header("content-type") == "text/event-stream");
    BOOST_TEST(client.event()->data == "first"); // the stream of the upstream is still open
    BOOST_TEST(client.event()->data == "second");
    BOOST_TEST(there.streams == 1);
}

BOOST_AUTO_TEST_CASE(a_stream_is_resumed_at_the_upstream)
{
    client.get("/events", "Last-Event-ID: 41\r\n");
    BOOST_TEST(client.event()->id == "42");
}

BOOST_AUTO_TEST_CASE(the_upstream_stops_when_the_client_disconnects)
{
    client.get("/events");
    BOOST_TEST(client.event()->data == "first");
    client.hang_up();
    BOOST_TEST(eventually([this] { return there.streams == 0; }));
    BOOST_TEST(eventually([this] { return there.server.connections() == 0; }));
    BOOST_TEST(server.log() == "");
}

BOOST_AUTO_TEST_CASE(an_early_disconnect_ends_the_request_to_the_upstream)
{
    rill_test::connection c(server.port());
    c.send("GET /pages/never HTTP/1.1\r\nHost: localhost\r\n\r\n");
    BOOST_TEST(eventually([this] { return there.server.connections() == 1; }));
    c.close();
    BOOST_TEST(eventually([this] { return there.server.connections() == 0; }));
    BOOST_TEST(server.log() == "");
}

BOOST_AUTO_TEST_CASE(the_stream_ends_with_the_stream_of_the_upstream)
{
    auto how = upstream_test::options_for(there.server.port());
    how.events = "/short";
    rill_test::running_server in_front(upstream::app(how));
    rill_test::client c(in_front.port());
    c.get("/events");
    BOOST_TEST(c.event()->data == "all");
    BOOST_TEST(!c.event());
}

BOOST_AUTO_TEST_CASE(a_failing_upstream_is_502)
{
    BOOST_TEST(upstream_test::ask(server, "/pages/broken").status == 502);
    const auto missing = upstream_test::ask(server, "/pages/missing");
    BOOST_TEST(missing.status == 404);
    BOOST_TEST(missing.body.find("the upstream server answered 404") != std::string::npos);

    auto how = upstream_test::options_for(there.server.port());
    how.events = "/hello";
    how.page_bytes = 4000;
    rill_test::running_server strict(upstream::app(how));
    BOOST_TEST(upstream_test::ask(strict, "/events").status == 502);
    BOOST_TEST(upstream_test::ask(strict, "/pages/long").status == 502);
}

BOOST_AUTO_TEST_CASE(an_unreachable_upstream_is_502)
{
    const auto port = there.server.port();
    there.server.stop();
    const auto refused = upstream_test::ask(server, "/pages/hello");
    BOOST_TEST(refused.status == 502);
    BOOST_TEST(refused.body.find("can't be reached") != std::string::npos);
    BOOST_TEST(upstream_test::ask(server, "/events").status == 502);

    auto how = upstream_test::options_for(port);
    how.server.host = "no host has this name";
    rill_test::running_server lost(upstream::app(how));
    BOOST_TEST(upstream_test::ask(lost, "/pages/hello").status == 502);
}

BOOST_AUTO_TEST_CASE(a_slow_upstream_is_504)
{
    auto how = upstream_test::options_for(there.server.port());
    how.deadline = 100ms;
    how.events = "/never";
    rill_test::running_server hasty(upstream::app(how));
    BOOST_TEST(upstream_test::ask(hasty, "/pages/never").status == 504);
    BOOST_TEST(upstream_test::ask(hasty, "/pages/stalls").status == 504);
    BOOST_TEST(upstream_test::ask(hasty, "/events").status == 504);
    BOOST_TEST(eventually([this] { return there.server.connections() == 0; }));
    BOOST_TEST(hasty.log() == "");
}

BOOST_AUTO_TEST_CASE(counts_primes_in_a_pool)
{
    rill::testing::server alone(upstream::app({}));
    BOOST_TEST(alone.get("/primes?below=100").body == "25\n");
    BOOST_TEST(alone.get("/primes?below=2").body == "0\n");
    const auto refused = alone.get("/primes?below=-1");
    BOOST_TEST(refused.status == 400);
    BOOST_TEST(refused.body != "");
}

BOOST_AUTO_TEST_CASE(a_blocking_function_does_not_block_the_streams)
{
    rill_test::client busy(server.port());
    rill_test::client events(server.port());
    std::thread slow([&] { busy.get("/primes?below=300000"); });
    events.get("/events"); // from the same worker
    BOOST_TEST(events.event()->data == "first");
    slow.join();
    BOOST_TEST(busy.body() == "25997\n");
}

BOOST_AUTO_TEST_CASE(the_ticker_is_an_upstream)
{
    rill_test::running_server ticker(ticker::app());
    auto how = upstream_test::options_for(ticker.port());
    how.events = "/ticks?ms=10";
    rill_test::running_server in_front(upstream::app(how));
    rill_test::client c(in_front.port());
    c.get("/events", "Last-Event-ID: 7\r\n");
    BOOST_TEST(c.event()->id == "8");
    BOOST_TEST(c.event()->id == "9");
}

BOOST_AUTO_TEST_SUITE_END()
