// A server at its limits of connections, streams, queued bytes, descriptors and memory.

#include "server/full_machine.hpp"

BOOST_AUTO_TEST_SUITE(full_machine)

BOOST_AUTO_TEST_CASE(connections_above_the_limit_get_503)
{
    rill::server_options options;
    options.capacity.max_connections = 3;
    running_server server(app(), options);
    clients there;
    for (int i = 0; i < 3; ++i) {
        there.push_back(ask(server, "/silent", "begun"));
    }
    check_unavailable(*ask(server, "/hello", "503"), 5);
    check_unavailable(*ask(server, "/silent", "503", "Accept: text/event-stream\r\n"), 5);
    BOOST_TEST(eventually([&] { return server.connections() == 3; }));
    BOOST_TEST(server.stats().connections == 3U);
    BOOST_TEST(server.stats().streams == 3U);
    BOOST_TEST(server.stats().refused_connections == 2U);
    there.pop_back();
    BOOST_TEST(eventually([&] { return server.stats().connections == 2; }));
    ask(server, "/hello", "\r\n\r\nhello");
    BOOST_TEST(server.log() == "");
}

BOOST_AUTO_TEST_CASE(an_event_source_above_the_limit_gets_a_retry_event)
{
    rill::server_options options;
    options.capacity.max_connections = 1;
    options.capacity.refusal = rill::refusal::retry_event;
    running_server server(app(), options);
    const auto there = ask(server, "/silent", "begun");
    check_retry_event(*ask(server, "/silent", "retry", "Accept: text/event-stream\r\n"));
    check_unavailable(*ask(server, "/hello", "503"), 5);
}

// Only few refused clients can wait for a 503 at a time. Clients that send no request must not occupy these places.
BOOST_AUTO_TEST_CASE(a_crowd_above_the_limit_is_reset)
{
    rill::server_options options;
    options.capacity.max_connections = 1;
    running_server server(app(), options);
    const auto there = ask(server, "/silent", "begun");
    clients crowd;
    for (int i = 0; i < 60; ++i) {
        crowd.push_back(std::make_unique<raw_client>(server.port()));
    }
    BOOST_TEST(eventually([&] { return server.stats().refused_connections == 60; }));
    BOOST_TEST(server.connections() <= 17U); // 16 refused clients
    // The refused clients send no request. The server closes them within a second.
    BOOST_TEST(eventually([&] { return server.connections() == 1; }));
}

BOOST_AUTO_TEST_CASE(connections_of_one_address_have_a_limit)
{
    rill::server_options options;
    options.capacity.max_connections_per_address = 2;
    running_server server(app(), options);
    clients there;
    there.push_back(ask(server, "/silent", "begun"));
    there.push_back(ask(server, "/silent", "begun"));
    check_unavailable(*ask(server, "/hello", "503"), 5);
    raw_client other(server.port(), 0, INADDR_LOOPBACK + 1); // 127.0.0.2
    other.get("/hello");
    BOOST_TEST(other.read_until("\r\n\r\nhello"));
    there.pop_back();
    BOOST_TEST(eventually([&] { return server.stats().connections == 2; }));
    ask(server, "/hello", "\r\n\r\nhello");
}

BOOST_AUTO_TEST_CASE(streams_above_the_limit_get_503)
{
    rill::server_options options;
    options.threads = 2; // both workers share the limit
    options.capacity.max_streams = 4;
    running_server server(app(), options);
    clients there;
    for (int i = 0; i < 4; ++i) {
        there.push_back(ask(server, "/silent", "begun"));
    }
    for (int i = 0; i < 8; ++i) {
        const auto c = ask(server, "/silent", "503");
        check_unavailable(*c, 5);
        BOOST_TEST(c->received().find("Access-Control-Allow-Origin: *\r\n") != std::string::npos);
        BOOST_TEST(c->received().find("text/event-stream") == std::string::npos);
    }
    ask(server, "/hello", "\r\n\r\nhello"); // not a stream
    BOOST_TEST(server.stats().refused_streams == 8U);
    there.clear();
    BOOST_TEST(eventually([&] { return server.stats().streams == 0; }));
    ask(server, "/silent", "begun");
}

BOOST_AUTO_TEST_CASE(streams_of_one_address_have_a_limit)
{
    rill::server_options options;
    options.capacity.max_streams_per_address = 1;
    options.capacity.refusal = rill::refusal::retry_event;
    running_server server(app(), options);
    auto there = ask(server, "/silent", "begun");
    const auto c = ask(server, "/silent", "retry");
    check_retry_event(*c);
    BOOST_TEST(c->received().find("Access-Control-Allow-Origin: *\r\n") != std::string::npos);
    there.reset();
    BOOST_TEST(eventually([&] { return server.stats().streams == 0; }));
    ask(server, "/silent", "begun");
}

BOOST_AUTO_TEST_CASE(streams_of_one_route_have_a_limit)
{
    running_server server(app());
    clients there;
    for (int i = 0; i < 2; ++i) {
        there.push_back(ask(server, "/two", "begun"));
        there.push_back(ask(server, "/two/again", "begun"));
    }
    check_unavailable(*ask(server, "/two", "503"), 3);
    check_retry_event(*ask(server, "/two/again", "retry"));
    there.push_back(ask(server, "/silent", "begun"));
    there.clear();
    BOOST_TEST(eventually([&] { return server.connections() == 0; }));
    ask(server, "/two", "begun");
}

// A busy server can find a disconnect and a new client in the same turn of its event loop.
BOOST_AUTO_TEST_CASE(a_client_that_arrives_in_the_turn_of_a_disconnect_is_accepted)
{
    struct limited
    {
        const char* path = "/silent";
        rill::capacity_limits by{};
    };
    for (const auto& [path, limits] :
         {limited{.by = {.max_connections = 2}}, limited{.by = {.max_connections_per_address = 2}},
          limited{.by = {.max_streams = 1}}, limited{.by = {.max_streams_per_address = 1}}, limited{"/one"},
          limited{"/pushed"}})
    {
        std::promise<void> busy;
        std::promise<void> released;
        auto routes = app();
        const rill::pubsub::channel c;
        routes.get("/one", rill::sse::endpoint(silent, {.max_streams = 1}));
        routes.get("/pushed", rill::sse::endpoint(c, {.max_streams = 1}));
        routes.get("/busy", [&] {
            busy.set_value();
            released.get_future().wait();
            return "done";
        });
        rill::server_options options;
        options.capacity = limits;
        running_server server(std::move(routes), options);
        auto there = ask(server, path, "200 OK\r\n");
        raw_client other(server.port());
        other.get("/busy");
        busy.get_future().wait();
        there.reset();
        raw_client comes(server.port());
        comes.get(path);
        released.set_value();
        BOOST_TEST_CONTEXT(path)
        {
            BOOST_TEST(comes.read_until("200 OK\r\n"));
        }
        BOOST_TEST(server.stats().refused_connections == 0U);
        BOOST_TEST(server.stats().refused_streams == 0U);
    }
}

// Each stream queues the bytes that its client does not read. If a stream would exceed the total limit, it ends. The
// others continue.
BOOST_AUTO_TEST_CASE(queued_bytes_above_the_limit_end_their_stream)
{
    rill::server_options options;
    options.limits.write_timeout = 1h;
    options.limits.max_unsent_bytes = 16 * 1024; // bytes queue in the server early, not in the kernel
    options.capacity.max_queued_bytes = 600 * 1024;
    running_server server(app(), options);
    clients there;
    for (int i = 0; i < 6; ++i) {
        there.push_back(std::make_unique<raw_client>(server.port(), 4096));
        there.back()->get("/much");
        BOOST_TEST(eventually([&] { return server.stats().queued_bytes != 0; }));
    }
    // Two streams of up to 256 KiB fit into the limit. A third one may fit, because the kernel takes a part.
    BOOST_TEST(eventually(
        [&] { return server.reasons().size() >= 3 && server.reasons().size() + server.stats().streams == 6; }));
    BOOST_TEST(server.stats().streams >= 2U);
    BOOST_TEST(server.stats().queued_bytes <= 600U * 1024);
    BOOST_TEST_MESSAGE(server.stats().queued_bytes / 1024 << " KiB of 600 are queued by " << server.stats().streams
                                                          << " streams, " << server.reasons().size() << " were ended");
    // A reason may arrive later than its count.
    BOOST_TEST(eventually([&] { return server.stats().overflows == server.reasons().size(); }));
    for (const auto reason : server.reasons()) {
        BOOST_TEST((reason == rill::close_reason::over_capacity));
    }
    // The limit applies to responses, too. The server checks it before the head, so that the client gets a 503.
    raw_client huge(server.port(), 4096);
    huge.get("/huge");
    BOOST_TEST(huge.read_until("HTTP/1.1 503 "));
    huge.close();
    there.clear();
    BOOST_TEST(eventually([&] { return server.connections() == 0; }));
    BOOST_TEST(server.stats().queued_bytes == 0U);
    ask(server, "/hello", "\r\n\r\nhello");
}

BOOST_AUTO_TEST_SUITE_END()
