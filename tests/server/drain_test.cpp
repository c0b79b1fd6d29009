// The two stages of a shutdown in handlers. First they have time for a farewell. Then they are cancelled.

#include "server/memory_fixture.hpp"
#include "support/counted.hpp"

#include <boost/asio/this_coro.hpp>
#include <rill/core/operators.hpp>

using namespace rill_test;
namespace asio = rill::asio;

BOOST_AUTO_TEST_SUITE(drain_test)

namespace {

template <class Handler>
rill::router stream_of(Handler handle, bool finishes = true)
{
    rill::router app;
    app.get("/", rill::sse::endpoint(
                     std::move(handle),
                     {.heartbeat = 0ms, .farewell = "data: the endpoint's\n\n", .finish_on_shutdown = finishes}));
    return app;
}

rill::awaitable<> waits_for_the_stop(rill::sse::event_stream& stream)
{
    counted here;
    co_await stream.send("begun");
    co_await stream.stopped();
    co_await stream.send("farewell");
}

rill::awaitable<> ticks_until_the_stop(rill::sse::event_stream& stream)
{
    using namespace asio::experimental::awaitable_operators;
    counted here;
    co_await stream.send("begun");
    rill::interval every{1ms};
    for (;;) {
        const auto first = co_await (every.tick() || stream.stopped());
        if (first.index() == 1) {
            break;
        }
        co_await stream.send("tick");
    }
    co_await stream.send("farewell");
}

/// Opens the stream, begins the drain and returns all received bytes.
std::string drain(memory_server& server)
{
    memory_client c(server);
    c.get("/");
    BOOST_REQUIRE(c.read_until("begun"));
    server.begin_stop();
    BOOST_TEST(c.read_to_end());
    return c.received();
}

} // namespace

BOOST_AUTO_TEST_CASE(a_stream_that_waits_for_the_stop_sends_its_farewell)
{
    for (auto* handle : {&waits_for_the_stop, &ticks_until_the_stop}) {
        rill::server_options options;
        options.drain_timeout = 1h; // long, so that it does not end the stream
        memory_server server(stream_of(handle), options);
        const auto received = drain(server);
        BOOST_TEST(received.find("data: farewell\n\n") != received.npos);
        BOOST_TEST(received.find("the endpoint's") == received.npos);
        BOOST_TEST(received.ends_with("0\r\n\r\n"));
        server.stop();
        BOOST_TEST((server.reasons() == std::vector{rill::close_reason::handler_returned}));
        BOOST_TEST(server.log() == "");
    }
}

BOOST_AUTO_TEST_CASE(stop_requested_and_stopped_do_not_delay_the_end)
{
    const auto asks = [](rill::sse::event_stream& stream) -> rill::awaitable<> {
        rill::interval every{1ms};
        co_await stream.send("begun");
        while (!stream.stop_requested()) {
            co_await every.tick();
        }
        co_await rill::sleep_for(1h);
    };
    const auto waits = [](rill::sse::event_stream& stream) -> rill::awaitable<> {
        co_await stream.send("begun");
        co_await stream.stopped();
        co_await rill::sleep_for(1h);
    };
    rill::server_options options;
    options.drain_timeout = 1h; // long, so that it does not end the stream
    for (auto* handle : {+asks, +waits}) {
        memory_server server(stream_of(handle, false), options);
        const auto received = drain(server);
        BOOST_TEST(received.find("the endpoint's") != received.npos);
        server.stop();
        BOOST_TEST((server.reasons() == std::vector{rill::close_reason::drained}));
        BOOST_TEST(server.log() == "");
    }
}

BOOST_AUTO_TEST_CASE(a_stream_can_call_finish_on_shutdown)
{
    memory_server server(stream_of(
        [](rill::sse::event_stream& stream) -> rill::awaitable<> {
            stream.finish_on_shutdown();
            co_await stream.send("begun");
            co_await stream.stopped();
            co_await stream.send("farewell");
        },
        false));
    const auto received = drain(server);
    BOOST_TEST(received.find("data: farewell\n\n") != received.npos);
    BOOST_TEST(received.find("the endpoint's") == received.npos);
    server.stop();
    BOOST_TEST((server.reasons() == std::vector{rill::close_reason::handler_returned}));
}

BOOST_AUTO_TEST_CASE(a_stream_is_cancelled_at_the_drain_timeout)
{
    rill::server_options options;
    options.drain_timeout = 50ms;
    memory_server server(stream_of([](rill::sse::event_stream& stream) -> rill::awaitable<> {
                             counted here;
                             co_await stream.send("begun");
                             const auto stopped = co_await stream.stopped(rill::as_expected);
                             expect(stopped.has_value());
                             expect(stream.stop_requested());
                             co_await rill::sleep_for(1h);
                         }),
                         options);
    const auto received = drain(server);
    BOOST_TEST(received.find("the endpoint's") != received.npos);
    server.stop();
    BOOST_TEST((server.reasons() == std::vector{rill::close_reason::drained}));
    BOOST_TEST(server.log() == "");
    BOOST_TEST(counted::alive() == 0);
}

BOOST_AUTO_TEST_CASE(a_disconnect_ends_the_wait_for_the_stop)
{
    for (auto* handle : {&waits_for_the_stop, &ticks_until_the_stop}) {
        memory_server server(stream_of(handle));
        for (const bool reset : {false, true}) {
            memory_client c(server);
            c.get("/");
            BOOST_REQUIRE(c.read_until("begun"));
            BOOST_TEST(counted::alive() == 1);
            reset ? c.reset() : c.half_close();
            BOOST_TEST(server.reaches([] { return counted::alive() == 0; }));
        }
        BOOST_TEST(server.log() == "");
    }
}

// The handler has not returned its response when the drain begins.
BOOST_AUTO_TEST_CASE(a_stream_that_begins_during_the_drain_sends_its_farewell)
{
    rill::router app;
    bool asked = false;
    app.get("/", [&asked]() -> rill::awaitable<rill::response> {
        const auto executor = co_await asio::this_coro::executor;
        asked = true;
        co_await rill::shutdown_signal::of(executor).wait();
        co_return rill::response::stream([](rill::response_writer& out) -> rill::awaitable<> {
            out.finish_on_shutdown();
            co_await out.stopped();
            co_await out.write("farewell");
        });
    });
    memory_server server(std::move(app));
    memory_client c(server);
    c.get("/");
    BOOST_REQUIRE(server.reaches([&] { return asked; }));
    server.begin_stop();
    BOOST_TEST(c.read_to_end());
    BOOST_TEST(c.received().find("farewell") != std::string::npos);
    BOOST_TEST(c.received().ends_with("0\r\n\r\n"));
    server.stop();
    BOOST_TEST((server.reasons() == std::vector{rill::close_reason::handler_returned}));
}

BOOST_AUTO_TEST_SUITE_END()
