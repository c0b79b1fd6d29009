#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <rill/testing.hpp>
#include <ticker/app.hpp>
#include <upstream/app.hpp>

#include "support/eventually.hpp"
#include "support/running_server.hpp"
#include "support/scope_count.hpp"

namespace upstream_test {

namespace {

using namespace std::chrono_literals;
namespace testing = rill::testing;

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

/// The sample connects with Boost.Beast, which needs a real socket. So the upstream is a real server, and the sample
/// runs in memory. The virtual clock does not move while the sample waits for the upstream.
testing::options in_memory()
{
    return {.server = cancel_at_fin(), .outside_wait = 1h};
}

struct fixture
{
    other there;
    testing::server app{upstream::app(options_for(there.server.port())), in_memory()};

    /// Waits until the sample has closed its connections to the upstream.
    bool leaves_the_upstream()
    {
        return rill_test::eventually([this] {
            app.run_ready();
            return there.server.connections() == 0;
        });
    }
};

testing::response ask(testing::server& server, std::string_view target)
{
    auto answer = server.get(target);
    BOOST_TEST(answer.header("Content-Type") == "application/problem+json");
    return answer;
}

} // namespace

} // namespace upstream_test

BOOST_FIXTURE_TEST_SUITE(upstream_test, upstream_test::fixture)

BOOST_AUTO_TEST_CASE(a_page_comes_from_the_upstream)
{
    const auto page = app.get("/pages/hello?name=Ada%20L");
    BOOST_TEST(page.status == 200);
    BOOST_TEST(page.header("Content-Type") == "text/html; charset=utf-8");
    BOOST_TEST(page.body == "<p>hello, Ada L");
    BOOST_TEST(app.get("http://localhost/pages/hello").body == "<p>hello, nobody"); // RFC 9112, 3.2.2
    BOOST_TEST(app.get("/pages/long").body == std::string(4096, 'x'));
}

BOOST_AUTO_TEST_CASE(events_are_passed_on_immediately)
{
    auto stream = app.open("/events");
    BOOST_TEST(stream.status() == 200);
    BOOST_TEST(stream.head().header("Content-Type") == "text/event-stream");
    BOOST_TEST(stream.next().data == "first"); // the stream of the upstream is still open
    BOOST_TEST(stream.next().data == "second");
    BOOST_TEST(there.streams == 1);
}

BOOST_AUTO_TEST_CASE(a_stream_is_resumed_at_the_upstream)
{
    auto stream = app.open("/events", {{"Last-Event-ID", "41"}});
    BOOST_TEST(stream.next().id == "42");
}

BOOST_AUTO_TEST_CASE(the_upstream_stops_when_the_client_disconnects)
{
    auto stream = app.open("/events");
    BOOST_TEST(stream.next().data == "first");
    stream.disconnect();
    BOOST_TEST(leaves_the_upstream());
    BOOST_TEST(rill_test::eventually([this] { return there.streams == 0; }));
    BOOST_TEST(app.log_text() == "");
}

BOOST_AUTO_TEST_CASE(an_early_disconnect_ends_the_request_to_the_upstream)
{
    auto client = app.connect();
    client.send("GET /pages/never HTTP/1.1\r\nHost: localhost\r\n\r\n");
    BOOST_TEST(rill_test::eventually([this] {
        app.run_ready();
        return there.server.connections() == 1;
    }));
    client.disconnect();
    BOOST_TEST(leaves_the_upstream());
    BOOST_TEST(app.log_text() == "");
}

BOOST_AUTO_TEST_CASE(the_stream_ends_with_the_stream_of_the_upstream)
{
    auto how = upstream_test::options_for(there.server.port());
    how.events = "/short";
    testing::server in_front(upstream::app(how), upstream_test::in_memory());
    auto stream = in_front.open("/events");
    BOOST_TEST(stream.next().data == "all");
    BOOST_TEST(stream.rest().empty());
    BOOST_TEST(stream.complete());
}

BOOST_AUTO_TEST_CASE(a_failing_upstream_is_502)
{
    BOOST_TEST(upstream_test::ask(app, "/pages/broken").status == 502);
    const auto missing = upstream_test::ask(app, "/pages/missing");
    BOOST_TEST(missing.status == 404);
    BOOST_TEST(missing.body.find("the upstream server answered 404") != std::string::npos);

    auto how = upstream_test::options_for(there.server.port());
    how.events = "/hello";
    how.page_bytes = 4000;
    testing::server strict(upstream::app(how), upstream_test::in_memory());
    BOOST_TEST(upstream_test::ask(strict, "/events").status == 502);
    BOOST_TEST(upstream_test::ask(strict, "/pages/long").status == 502);
}

BOOST_AUTO_TEST_CASE(an_unreachable_upstream_is_502)
{
    const auto port = there.server.port();
    there.server.stop();
    const auto refused = upstream_test::ask(app, "/pages/hello");
    BOOST_TEST(refused.status == 502);
    BOOST_TEST(refused.body.find("can't be reached") != std::string::npos);
    BOOST_TEST(upstream_test::ask(app, "/events").status == 502);

    auto how = upstream_test::options_for(port);
    how.server.host = "no host has this name";
    testing::server lost(upstream::app(how), upstream_test::in_memory());
    BOOST_TEST(upstream_test::ask(lost, "/pages/hello").status == 502);
}

BOOST_AUTO_TEST_CASE(a_slow_upstream_is_504)
{
    auto how = upstream_test::options_for(there.server.port());
    how.deadline = 100ms;
    how.events = "/never";
    testing::server hasty(upstream::app(how), upstream_test::in_memory());
    BOOST_TEST(upstream_test::ask(hasty, "/pages/never").status == 504);
    BOOST_TEST(upstream_test::ask(hasty, "/pages/stalls").status == 504);
    BOOST_TEST(upstream_test::ask(hasty, "/events").status == 504);
    BOOST_TEST(leaves_the_upstream());
    BOOST_TEST(hasty.log_text() == "");
}

BOOST_AUTO_TEST_CASE(counts_primes_in_a_pool)
{
    BOOST_TEST(app.get("/primes?below=100").body == "25\n");
    BOOST_TEST(app.get("/primes?below=2").body == "0\n");
    const auto refused = app.get("/primes?below=-1");
    BOOST_TEST(refused.status == 400);
    BOOST_TEST(refused.body != "");
}

BOOST_AUTO_TEST_CASE(a_blocking_function_does_not_block_the_streams)
{
    auto busy = app.connect();
    busy.send("GET /primes?below=300000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    auto events = app.open("/events"); // from the same worker
    BOOST_TEST(events.next().data == "first");
    BOOST_TEST(busy.read_response().body == "25997\n");
}

BOOST_AUTO_TEST_CASE(the_ticker_is_an_upstream)
{
    rill_test::running_server ticker(ticker::app());
    auto how = upstream_test::options_for(ticker.port());
    how.events = "/ticks?ms=10";
    testing::server in_front(upstream::app(how), upstream_test::in_memory());
    auto stream = in_front.open("/events", {{"Last-Event-ID", "7"}});
    BOOST_TEST(stream.next().id == "8");
    BOOST_TEST(stream.next().id == "9");
}

BOOST_AUTO_TEST_SUITE_END()
