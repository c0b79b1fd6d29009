// A server at its limits of connections, streams, queued bytes, descriptors and memory.

#include "server/full_machine.hpp"

BOOST_AUTO_TEST_SUITE(full_machine)

BOOST_AUTO_TEST_CASE(more_connections_than_there_may_be)
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

BOOST_AUTO_TEST_CASE(an_event_source_over_the_limit_is_told_to_come_back)
{
    rill::server_options options;
    options.capacity.max_connections = 1;
    options.capacity.refusal = rill::refusal::retry_event;
    running_server server(app(), options);
    const auto there = ask(server, "/silent", "begun");
    check_retry_event(*ask(server, "/silent", "retry", "Accept: text/event-stream\r\n"));
    check_unavailable(*ask(server, "/hello", "503"), 5);
}

// Few clients get a 503 at a time. Clients that send nothing must not take their place.
BOOST_AUTO_TEST_CASE(a_crowd_over_the_limit_is_not_even_told)
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
    BOOST_TEST(server.connections() <= 17U);                           // 16 of them
    BOOST_TEST(eventually([&] { return server.connections() == 1; })); // within a second, as they ask for nothing
}

BOOST_AUTO_TEST_CASE(more_connections_of_one_address)
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

BOOST_AUTO_TEST_CASE(more_streams_than_there_may_be)
{
    rill::server_options options;
    options.threads = 2; // the limit is the server's, whichever worker they come to
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
    ask(server, "/hello", "\r\n\r\nhello"); // no stream
    BOOST_TEST(server.stats().refused_streams == 8U);
    there.clear();
    BOOST_TEST(eventually([&] { return server.stats().streams == 0; }));
    ask(server, "/silent", "begun");
}

BOOST_AUTO_TEST_CASE(more_streams_of_one_address)
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

BOOST_AUTO_TEST_CASE(more_streams_of_one_route)
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

// A busy server finds departures and arrivals in the same turn of its event loop.
BOOST_AUTO_TEST_CASE(one_comes_while_another_leaves)
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

// Each stream queues what its client does not read. The stream that would exceed the sum ends, and the others continue.
BOOST_AUTO_TEST_CASE(more_queued_than_there_is_room_for)
{
    rill::server_options options;
    options.limits.write_timeout = 1h;
    options.limits.max_unsent_bytes = 16 * 1024; // soon in our memory, not in the kernel's
    options.capacity.max_queued_bytes = 600 * 1024;
    running_server server(app(), options);
    clients there;
    for (int i = 0; i < 6; ++i) {
        there.push_back(std::make_unique<raw_client>(server.port(), 4096));
        there.back()->get("/much");
        BOOST_TEST(eventually([&] { return server.stats().queued_bytes != 0; }));
    }
    // There is room for two of up to 256 KiB each, perhaps for three, as the kernel takes a part.
    BOOST_TEST(eventually(
        [&] { return server.reasons().size() >= 3 && server.reasons().size() + server.stats().streams == 6; }));
    BOOST_TEST(server.stats().streams >= 2U);
    BOOST_TEST(server.stats().queued_bytes <= 600U * 1024);
    BOOST_TEST_MESSAGE(server.stats().queued_bytes / 1024 << " KiB of 600 are queued by " << server.stats().streams
                                                          << " streams, " << server.reasons().size() << " were ended");
    BOOST_TEST(
        eventually([&] { return server.stats().overflows == server.reasons().size(); })); // one may be on its way
    for (const auto reason : server.reasons()) {
        BOOST_TEST((reason == rill::close_reason::over_capacity));
    }
    // A response is no exception: refused before its head, so that its client knows why.
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
