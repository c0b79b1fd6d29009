// Handlers that ignore their cancellation must not block their worker. The worker destroys them and logs one line.

#include "server/fixture.hpp"

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <rill/pubsub.hpp>

using namespace rill_test;
namespace asio = rill::asio;
namespace data = boost::unit_test::data;

BOOST_AUTO_TEST_SUITE(unwinding_test)

namespace {

std::atomic<int> alive{0};
std::atomic<bool> lets_go{false};

struct frame
{
    frame() { ++alive; }
    frame(const frame&) = delete;
    frame& operator=(const frame&) = delete;
    ~frame() { --alive; }
};

// A catch-all around a tick and an event.
rill::awaitable<> catches_all(rill::sse::event_stream& stream)
{
    const frame here;
    rill::interval every{5ms};
    for (;;) {
        try {
            co_await every.tick();
            co_await stream.send("x");
        } catch (const std::exception&) {
            continue;
        }
    }
}

rill::awaitable<> only_sends(rill::sse::event_stream& stream)
{
    const frame here;
    const std::string much(64 * 1024, 'x');
    for (;;) {
        try {
            co_await stream.send(much);
        } catch (const std::exception&) {
            continue;
        }
    }
}

rill::awaitable<> one_event(rill::sse::event_stream& stream, rill::interval& every)
{
    const frame here;
    co_await every.tick();
    co_await stream.send("x");
}

rill::awaitable<> awaits_children(rill::sse::event_stream& stream)
{
    const frame here;
    rill::interval every{5ms};
    for (;;) {
        try {
            co_await one_event(stream, every);
        } catch (...) {
            continue;
        }
    }
}

rill::awaitable<> overlooks_errors(rill::sse::event_stream& stream)
{
    const frame here;
    rill::interval every{5ms};
    for (;;) {
        static_cast<void>(co_await every.tick(rill::as_expected));
        static_cast<void>(co_await stream.send("x", rill::as_expected));
    }
}

// A subscription without events, or a subscription that has ended before its first event.
auto subscribes(bool ended)
{
    const rill::pubsub::channel news({.on_unknown_id = rill::pubsub::unknown_id::reject});
    return [news, id = ended ? "unknown" : ""](rill::sse::event_stream& stream) -> rill::awaitable<> {
        const frame here;
        auto events = news.subscribe(id);
        co_await stream.send("x");
        for (;;) {
            try {
                co_await events.next();
            } catch (const std::exception&) {
                continue;
            }
        }
    };
}

rill::awaitable<> in_a_task(rill::sse::event_stream& stream)
{
    const frame here;
    co_await rill::with_task_group([&](rill::task_group& group) -> rill::awaitable<> {
        expect(group.spawn(catches_all(stream)));
        co_await rill::sleep_for(1h);
    });
}

rill::awaitable<> awaits_asio(rill::sse::event_stream& stream)
{
    const frame here;
    co_await stream.send("x");
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    while (!lets_go) {
        try {
            co_await timer.async_wait(asio::use_awaitable);
        } catch (const std::exception&) {
            continue;
        }
    }
}

rill::awaitable<rill::response> answers_never(rill::request&)
{
    const frame here;
    rill::interval every{5ms};
    for (;;) {
        try {
            co_await every.tick();
        } catch (const std::exception&) {
            continue;
        }
    }
}

rill::awaitable<> ticks(rill::sse::event_stream& stream)
{
    rill::interval every{5ms};
    for (;;) {
        co_await every.tick();
        co_await stream.send("tick");
    }
}

rill::router app()
{
    rill::router app;
    const rill::sse::endpoint_options options{.heartbeat = 0ms, .write_timeout = 1h};
    app.get("/catches_all", rill::sse::endpoint(catches_all, options));
    app.get("/only_sends", rill::sse::endpoint(only_sends, options));
    app.get("/awaits_children", rill::sse::endpoint(awaits_children, options));
    app.get("/overlooks_errors", rill::sse::endpoint(overlooks_errors, options));
    app.get("/subscribes", rill::sse::endpoint(subscribes(false), options));
    app.get("/subscription_ended", rill::sse::endpoint(subscribes(true), options));
    app.get("/in_a_task", rill::sse::endpoint(in_a_task, options));
    app.get("/awaits_asio", rill::sse::endpoint(awaits_asio, options));
    app.get("/answers_never", answers_never);
    app.get("/limited", answers_never, rill::middleware::timeout(50ms));
    app.get("/ticks", rill::sse::endpoint(ticks, options));
    return app;
}

std::size_t count(std::string_view text, std::string_view part)
{
    std::size_t found = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

const std::vector<std::string> loops{"/catches_all", "/only_sends",         "/awaits_children", "/overlooks_errors",
                                     "/subscribes",  "/subscription_ended", "/in_a_task"};

} // namespace

BOOST_DATA_TEST_CASE(a_disconnect_destroys_a_loop_that_ignores_cancellation, data::make(loops), target)
{
    running_server server(app());
    raw_client other(server.port());
    other.get("/ticks");
    {
        raw_client c(server.port());
        c.get(target);
        BOOST_REQUIRE(c.read_until("data: x"));
        c.reset();
    }
    BOOST_TEST(eventually([] { return alive == 0; }));
    BOOST_TEST(eventually([&] { return server.connections() == 1; }));
    other.forget();
    BOOST_TEST(other.read_until("tick")); // the worker continues to serve
    const auto log = server.log();
    BOOST_TEST(count(log, "of " + target + " went on after its cancellation and was destroyed") == 1U, log);
    BOOST_TEST(count(log, "\n") <= 1U, log);
    BOOST_TEST(count(log, "a task of stream") == (target == "/in_a_task" ? 1U : 0U), log);
}

BOOST_DATA_TEST_CASE(a_loop_that_ignores_cancellation_does_not_delay_a_shutdown, data::make(loops), target)
{
    running_server server(app());
    raw_client c(server.port());
    c.get(target);
    BOOST_REQUIRE(c.read_until("data: x"));
    server.begin_stop();
    while (c.read_until("data: x")) {
        c.forget();
    }
    c.close();
    server.stop();
    BOOST_TEST(alive == 0);
}

BOOST_AUTO_TEST_CASE(a_handler_without_a_response_is_destroyed)
{
    running_server server(app());
    {
        raw_client c(server.port());
        c.get("/answers_never");
        BOOST_REQUIRE(eventually([] { return alive == 1; }));
        c.reset();
    }
    BOOST_TEST(eventually([] { return alive == 0; }));
    BOOST_TEST(eventually([&] { return server.connections() == 0; }));
    const auto log = server.log();
    BOOST_TEST(count(log, "a handler of /answers_never went on after its cancellation and was destroyed") == 1U, log);
}

// Middleware that cancels a handler returns its own response.
BOOST_AUTO_TEST_CASE(a_handler_that_ignores_its_timeout_gets_a_503)
{
    running_server server(app());
    client c(server.port());
    c.get("/limited");
    BOOST_TEST(c.status() == 503);
    BOOST_TEST(eventually([] { return alive == 0; }));
}

BOOST_AUTO_TEST_CASE(a_loop_around_an_asio_operation_does_not_block_the_worker)
{
    running_server server(app());
    raw_client other(server.port());
    other.get("/ticks");
    {
        raw_client c(server.port());
        c.get("/awaits_asio");
        BOOST_REQUIRE(c.read_until("data: x"));
        c.reset();
    }
    for (int i = 0; i < 20; ++i) {
        other.forget();
        BOOST_REQUIRE(other.read_until("tick"));
    }
    BOOST_TEST(alive == 1);
    BOOST_TEST(eventually([&] { return count(server.log(), "of /awaits_asio still runs") == 1U; }));
    lets_go = true;
    BOOST_TEST(eventually([] { return alive == 0; }));
}

BOOST_AUTO_TEST_SUITE_END()
