// HTTP/1: slow and large messages, the drain, workers, and descriptors.

#include "server/http_exchange.hpp"

BOOST_AUTO_TEST_SUITE(http)

BOOST_AUTO_TEST_CASE(requests_above_the_limits_are_refused)
{
    rill::server_options options;
    options.limits.max_body_bytes = 1000;
    memory_server server(app(), options);
    const auto starts = [&](const std::string& bytes, std::string_view status) {
        const auto answer = talk(server, bytes);
        BOOST_TEST_CONTEXT(answer.substr(0, 300))
        {
            BOOST_TEST(answer.starts_with("HTTP/1.1 " + std::string(status)));
            BOOST_TEST(answer.find("Connection: close\r\n") != answer.npos);
            BOOST_TEST(occurrences(answer, "Server: rill\r\n") == 1u);
        }
    };
    starts("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1001\r\n\r\n", "413");
    starts("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x') +
               "\r\n0\r\n\r\n",
           "413");
    starts(get("/" + std::string(9000, 'x')), "414");
    starts(get("/" + std::string(100'000, 'x')), "414");
    starts(get("/hello", "X-Long: " + std::string(20'000, 'x') + "\r\n"), "431");
    starts("NONSENSE\r\n\r\n", "400");
    starts("GET /hello HTTP/1.1\r\n\r\n", "400"); // no Host
    starts("GET /hello HTTP/2.0\r\nHost: t\r\n\r\n", "505");
    starts(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + "\r\n\r\n", "400"); // a TLS hello
}

BOOST_AUTO_TEST_CASE(slow_head_and_slow_body_are_408)
{
    rill::server_options options;
    options.limits.head_timeout = 50ms;
    options.limits.body_timeout = 50ms;
    memory_server server(app(), options);
    BOOST_TEST(talk(server, "GET /hello HT").starts_with("HTTP/1.1 408 "));
    BOOST_TEST(
        talk(server, "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 9\r\n\r\nbod").starts_with("HTTP/1.1 408 "));
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed_without_a_response)
{
    rill::server_options options;
    options.limits.idle_timeout = 50ms;
    memory_server server(app(), options);
    const auto idle = talk(server, get("/hello"));
    BOOST_TEST(occurrences(idle, "HTTP/1.1 ") == 1u);
    BOOST_TEST(idle.ends_with("hello"));
}

BOOST_AUTO_TEST_CASE(large_response_arrives_completely)
{
    running_server server(app());
    raw_client c(server.port(), 4096);
    c.send(get("/big", close_after));
    BOOST_TEST(c.read_to_end());
    const auto body = c.received().substr(c.received().find("\r\n\r\n") + 4);
    BOOST_TEST(body.size() == 8u * 1024 * 1024);
    BOOST_TEST(std::ranges::all_of(body, [](char ch) { return ch == 'b'; }));
}

BOOST_AUTO_TEST_CASE(client_that_never_reads_a_response_is_disconnected)
{
    rill::server_options options;
    options.limits.write_timeout = 100ms;
    running_server server(app(), options);
    raw_client c(server.port(), 4096);
    c.send(get("/big"));
    BOOST_TEST(eventually([&] { return c.has_input(); }));
    BOOST_TEST(eventually([&] { return server.connections() == 0; }));
}

BOOST_AUTO_TEST_CASE(drain_finishes_requests_in_flight_and_closes_idle_ones)
{
    rill::router slow = app();
    static bool entered = false;
    slow.get("/slow", []() -> rill::awaitable<rill::response> {
        const auto executor = co_await rill::asio::this_coro::executor;
        entered = true;
        co_await rill::shutdown_signal::of(executor).wait(); // the request is in progress when the drain begins
        co_await rill::sleep_for(20ms);
        co_return rill::response::text("done");
    });
    memory_server server(std::move(slow));
    memory_client idle(server);
    idle.get("/hello");
    BOOST_REQUIRE(idle.read_until("hello"));
    memory_client busy(server);
    busy.get("/slow");
    BOOST_REQUIRE(entered);
    server.begin_stop();
    BOOST_TEST(idle.read_to_end());
    BOOST_TEST(busy.read_to_end());
    BOOST_TEST(busy.received().ends_with("done"));
    BOOST_TEST(busy.received().find("Connection: close") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(streams_of_two_workers_are_drained)
{
    rill::server_options options;
    options.threads = 2;
    rill::router ticking;
    ticking.get("/ticks", rill::sse::endpoint([](rill::sse::event_stream& stream) -> rill::awaitable<> {
                    rill::interval every{1ms};
                    for (;;) {
                        co_await every.tick();
                        co_await stream.send("tick");
                    }
                }));
    running_server server(std::move(ticking), options);
    std::vector<std::unique_ptr<raw_client>> clients;
    for (int i = 0; i < 40; ++i) {
        clients.push_back(std::make_unique<raw_client>(server.port()));
        clients.back()->get("/ticks");
    }
    for (auto& c : clients) {
        BOOST_TEST(c->read_until("tick\n\n"));
    }
    BOOST_TEST(server.connections() == 40u);
    server.begin_stop();
    for (auto& c : clients) {
        BOOST_TEST(c->read_to_end());
        c->close();
    }
    server.stop();
    BOOST_TEST(server.reasons().size() == 40u);
}

BOOST_AUTO_TEST_CASE(out_of_descriptors_pauses_and_recovers)
{
    running_server server(app());
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    rlimit low = before;
    raw_client first(server.port()); // its response shows that the server accepts connections
    first.get("/hello");
    BOOST_REQUIRE(first.read_until("hello"));
    raw_client waiting(server.port());
    low.rlim_cur = 3; // the process can open no more descriptors
    BOOST_REQUIRE(eventually([&] { return server.connections() == 2; }));
    std::vector<std::unique_ptr<raw_client>> clients;
    clients.reserve(1);
    // The client opens its socket before the limit is lowered, and connects after that.
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    ::setrlimit(RLIMIT_NOFILE, &low);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int connected = ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address);
    const bool told = eventually([&] { return server.log().find("cannot accept") != std::string::npos; });
    const auto while_short = server.connections();
    ::setrlimit(RLIMIT_NOFILE, &before);
    BOOST_TEST(connected == 0);
    BOOST_TEST(told);
    BOOST_TEST(while_short == 2u);
    BOOST_TEST(eventually([&] { return server.connections() == 3; }));
    BOOST_TEST(occurrences(server.log(), "cannot accept") == 1u); // only one line, although accept() fails repeatedly
    ::close(socket);
}

BOOST_AUTO_TEST_CASE(a_port_in_use_is_an_error)
{
    running_server taken(app());
    rill::server_options options;
    options.port = taken.port();
    for (const unsigned threads : {1U, 2U}) {
        options.threads = threads;
        rill::server second(app(), options);
        const auto listening = second.listen();
        BOOST_REQUIRE(!listening.has_value());
        BOOST_TEST((listening.error().code == std::errc::address_in_use));
    }
}

BOOST_AUTO_TEST_SUITE_END()
