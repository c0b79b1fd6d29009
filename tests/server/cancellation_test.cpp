// The contract of cancellation. A client may disconnect in any way and at any wait of its handler. Then the frame of
// the handler unwinds, its destructors can read the reason, and no resource leaks.

#include "server/cancellation_waits.hpp"

BOOST_AUTO_TEST_SUITE(cancellation)

BOOST_DATA_TEST_CASE(peer_closes, data::make(waits), target)
{
    running_server server(app());
    const auto descriptors = open_descriptors();
    {
        raw_client c(server.port());
        open(c, target, witness::started);
    }
    check_nothing_left(server, descriptors);
    BOOST_TEST((witness::last == rill::close_reason::peer_closed || witness::last == rill::close_reason::peer_reset));
    // The clients of "/write" and "/ticks" have unread data. Their close() sends a reset.
    if (target != "/write" && target != "/ticks") {
        BOOST_TEST((server.reasons() == std::vector{rill::close_reason::peer_closed}));
    }
}

BOOST_DATA_TEST_CASE(peer_resets, data::make(waits), target)
{
    running_server server(app());
    const auto descriptors = open_descriptors();
    raw_client c(server.port());
    open(c, target, witness::started);
    c.reset();
    check_nothing_left(server, descriptors);
    BOOST_TEST((server.reasons() == std::vector{rill::close_reason::peer_reset}));
    BOOST_TEST((witness::last == rill::close_reason::peer_reset));
}

BOOST_DATA_TEST_CASE(peer_half_closes, data::make(waits), target)
{
    running_server server(app());
    const auto descriptors = open_descriptors();
    raw_client c(server.port());
    open(c, target, witness::started);
    c.half_close();
    BOOST_TEST(eventually([] { return witness::alive == 0; }));
    BOOST_TEST((witness::last == rill::close_reason::peer_closed));
    c.close();
    check_nothing_left(server, descriptors);
}

BOOST_DATA_TEST_CASE(many_clients_disconnect_at_once, data::make(waits), target)
{
    running_server server(app());
    const auto descriptors = open_descriptors();
    const int before = witness::started;
    std::vector<std::unique_ptr<raw_client>> clients;
    for (int i = 0; i < 50; ++i) {
        clients.push_back(std::make_unique<raw_client>(server.port()));
        clients.back()->get(target);
    }
    BOOST_REQUIRE(eventually([&] { return witness::started == before + 50; }));
    for (std::size_t i = 0; i < clients.size(); ++i) {
        i % 2 == 0 ? clients[i]->reset() : clients[i]->close();
    }
    check_nothing_left(server, descriptors);
}

BOOST_DATA_TEST_CASE(server_drains, data::make(waits), target)
{
    const auto descriptors = open_descriptors();
    {
        running_server server(app());
        raw_client c(server.port());
        open(c, target, witness::started);
        // The client of "/write" reads only after the handler has ended. Then it gets the farewell.
        if (target == "/write") {
            server.begin_stop();
            BOOST_TEST(eventually([] { return witness::alive == 0; }));
        } else {
            server.begin_stop();
        }
        BOOST_TEST(c.read_to_end());
        BOOST_TEST(c.received().find("bye") != std::string::npos);
        BOOST_TEST(c.received().ends_with("0\r\n\r\n"));
        c.close();
        server.stop();
        BOOST_TEST((server.reasons() == std::vector{rill::close_reason::drained}));
        BOOST_TEST(witness::alive == 0);
        BOOST_TEST(server.log() == "");
    }
    BOOST_TEST(eventually([&] { return open_descriptors() <= descriptors; }));
}

BOOST_AUTO_TEST_CASE(frozen_reader_is_ended_by_the_write_timeout)
{
    running_server server(app(200ms));
    const auto descriptors = open_descriptors();
    raw_client c(server.port(), 4096);
    open(c, "/write", witness::started);
    BOOST_TEST(eventually([] { return witness::alive == 0; }));
    BOOST_TEST((witness::last == rill::close_reason::write_timeout));
    c.close();
    check_nothing_left(server, descriptors);
    BOOST_TEST((server.reasons() == std::vector{rill::close_reason::write_timeout}));
}

BOOST_AUTO_TEST_CASE(frozen_reader_with_small_events_is_ended_by_the_write_timeout)
{
    rill::server_options options;
    options.limits.max_unsent_bytes = 4096;
    running_server server(app(200ms), options);
    const auto descriptors = open_descriptors();
    raw_client c(server.port(), 2048);
    open(c, "/ticks", witness::started);
    BOOST_TEST(eventually([] { return witness::alive == 0; }));
    BOOST_TEST((witness::last == rill::close_reason::write_timeout));
    c.close();
    check_nothing_left(server, descriptors);
}

BOOST_AUTO_TEST_CASE(pipelined_bytes_are_no_disconnect)
{
    running_server server(app());
    const auto descriptors = open_descriptors();
    raw_client c(server.port());
    const int before = witness::started;
    c.send("GET /ticks HTTP/1.1\r\nHost: test\r\n\r\nGET /ticks HTTP/1.1\r\nHost: test\r\n\r\n");
    BOOST_REQUIRE(c.read_until("begun"));
    c.send("GET /interval HTTP/1.1\r\n");
    for (int i = 0; i < 20; ++i) {
        c.forget();
        BOOST_REQUIRE(c.read_until("data: tick\n\n"));
    }
    BOOST_TEST(witness::started == before + 1); // the next request waits for the end of the stream
    BOOST_TEST(witness::alive == 1);
    c.close();
    check_nothing_left(server, descriptors);
}

BOOST_AUTO_TEST_CASE(flood_during_a_stream_is_evicted)
{
    running_server server(app());
    const auto descriptors = open_descriptors();
    raw_client c(server.port());
    open(c, "/interval", witness::started);
    const std::string garbage(16 * 1024, 'g');
    BOOST_TEST(eventually([&] {
        c.try_send(garbage);
        return witness::alive == 0;
    }));
    BOOST_TEST((witness::last == rill::close_reason::evicted));
    c.close();
    check_nothing_left(server, descriptors);
}

BOOST_AUTO_TEST_CASE(fin_after_pipelined_bytes_is_detected)
{
    running_server server(app());
    const auto descriptors = open_descriptors();
    raw_client c(server.port());
    open(c, "/interval", witness::started);
    c.send(std::string(60 * 1024, 'g'));
    c.close();
    check_nothing_left(server, descriptors);
}

BOOST_AUTO_TEST_CASE(disconnect_before_the_handler_starts)
{
    running_server server(app());
    const auto descriptors = open_descriptors();
    const int before = witness::started;
    for (int i = 0; i < 20; ++i) {
        raw_client c(server.port());
        c.get("/before");
        i % 2 == 0 ? c.close() : c.half_close();
    }
    BOOST_TEST(eventually([&] { return witness::started >= before + 10; })); // a reset may discard the request
    check_nothing_left(server, descriptors);
}

BOOST_AUTO_TEST_CASE(handler_without_a_stream_is_cancelled)
{
    static std::atomic<int> alive{0};
    static std::atomic<int> entered{0};
    struct counted
    {
        counted() { ++alive, ++entered; }
        counted(const counted&) = delete;
        counted& operator=(const counted&) = delete;
        ~counted() { --alive; }
    };
    rill::router app;
    app.get("/slow", []() -> rill::awaitable<rill::response> {
        counted here;
        co_await rill::sleep_for(1h);
        co_return rill::response::text("never");
    });
    running_server server(std::move(app));
    const auto descriptors = open_descriptors();
    raw_client closes(server.port());
    closes.get("/slow");
    raw_client resets(server.port());
    resets.get("/slow");
    BOOST_REQUIRE(eventually([] { return entered == 2; }));
    closes.close();
    resets.reset();
    BOOST_TEST(eventually([] { return alive == 0; }));
    check_nothing_left(server, descriptors);
}

BOOST_AUTO_TEST_CASE(chunked_stream_without_sse_follows_the_same_contract)
{
    static std::atomic<int> alive{0};
    struct counted
    {
        counted() { ++alive; }
        counted(const counted&) = delete;
        counted& operator=(const counted&) = delete;
        ~counted() { --alive; }
    };
    rill::router app;
    app.get("/rows", [] {
        return rill::response::stream([](rill::response_writer& out) -> rill::awaitable<> {
            counted here;
            for (;;) {
                co_await out.write("row\n");
                co_await rill::sleep_for(1ms);
            }
        });
    });
    running_server server(std::move(app));
    const auto descriptors = open_descriptors();
    raw_client c(server.port());
    c.get("/rows");
    BOOST_REQUIRE(c.read_until("4\r\nrow\n\r\n4\r\nrow\n\r\n"));
    c.close();
    BOOST_TEST(eventually([] { return alive == 0; }));
    check_nothing_left(server, descriptors);
}

BOOST_AUTO_TEST_CASE(handler_that_returns_or_throws)
{
    rill::router app;
    app.get("/returns", rill::sse::endpoint([](rill::sse::event_stream& stream) -> rill::awaitable<> {
                co_await stream.send("only");
            }));
    app.get("/throws", rill::sse::endpoint([](rill::sse::event_stream& stream) -> rill::awaitable<> {
                co_await stream.send("only");
                throw std::runtime_error("a handler's own error");
            }));
    app.get("/throws-at-once", rill::sse::endpoint([](rill::sse::event_stream&) -> rill::awaitable<> {
                throw std::runtime_error("before its coroutine exists");
            }));
    running_server server(std::move(app));
    raw_client c(server.port());
    c.send("GET /returns HTTP/1.1\r\nHost: t\r\n\r\nGET /returns HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
    BOOST_TEST(c.read_to_end()); // the connection stays open for the pipelined request
    const auto first = c.received().find("data: only");
    BOOST_TEST(c.received().find("data: only", first + 1) != std::string::npos);
    BOOST_TEST(c.received().ends_with("0\r\n\r\n"));

    raw_client throws(server.port());
    throws.get("/throws");
    throws.read_to_end();
    BOOST_TEST(throws.received().find("data: only") != std::string::npos);
    BOOST_TEST(!throws.received().ends_with("0\r\n\r\n")); // the client sees that the response is incomplete

    raw_client at_once(server.port());
    at_once.get("/throws-at-once");
    at_once.read_to_end();
    BOOST_TEST(eventually([&] { return server.reasons().size() == 4; }));
    BOOST_TEST(server.log().find("a handler's own error") != std::string::npos);
    BOOST_TEST(server.log().find("before its coroutine exists") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(finish_on_shutdown_gives_time_for_a_farewell)
{
    rill::router app;
    app.get("/polite", rill::sse::endpoint(
                           [](rill::sse::event_stream& stream) -> rill::awaitable<> {
                               rill::interval every{1ms};
                               co_await stream.send("begun");
                               while (!stream.stop_requested()) {
                                   co_await every.tick();
                               }
                               co_await stream.send("the handler's own farewell");
                           },
                           {.finish_on_shutdown = true}));
    running_server server(std::move(app));
    raw_client c(server.port());
    c.get("/polite");
    BOOST_REQUIRE(c.read_until("begun"));
    server.begin_stop();
    BOOST_TEST(c.read_to_end());
    BOOST_TEST(c.received().find("the handler's own farewell") != std::string::npos);
    server.stop();
    BOOST_TEST((server.reasons() == std::vector{rill::close_reason::handler_returned}));
}

BOOST_AUTO_TEST_CASE(drain_timeout_ends_a_stream_with_finish_on_shutdown)
{
    rill::server_options options;
    options.drain_timeout = 100ms;
    rill::router app;
    app.get("/stays", rill::sse::endpoint([](rill::sse::event_stream& stream) -> rill::awaitable<> {
                witness here(stream);
                stream.finish_on_shutdown();
                co_await stream.send("begun");
                co_await rill::sleep_for(1h);
            }));
    running_server server(std::move(app), options);
    raw_client c(server.port());
    c.get("/stays");
    BOOST_REQUIRE(c.read_until("begun"));
    server.stop();
    BOOST_TEST(witness::alive == 0);
    BOOST_TEST((server.reasons() == std::vector{rill::close_reason::drained}));
}

BOOST_AUTO_TEST_SUITE_END()
