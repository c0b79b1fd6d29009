// Peers that misbehave. The tests check the result for each peer, and that the other clients are not affected.

#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

#include "server/memory_fixture.hpp"

BOOST_AUTO_TEST_SUITE(peers)

namespace {

using namespace rill_test;

rill::awaitable<> silent(rill::sse::event_stream& stream)
{
    co_await stream.send("begun");
    co_await rill::sleep_for(1h);
}

rill::router app()
{
    rill::router app;
    app.get("/hello", [] { return "hello"; });
    app.post("/echo", [](rill::request& r) { return rill::response::text(r.body()); });
    app.get("/silent", rill::sse::endpoint(silent, {.heartbeat = 1s, .write_timeout = 500ms}));
    app.get("/quiet", rill::sse::endpoint(silent, {.heartbeat = 4s, .write_timeout = 500ms}));
    return app;
}

/// Sends `begin` and then one byte every 5 ms until a response arrives. A slowloris client does the same to occupy a
/// connection. Returns false if no response arrives.
bool drip(memory_server& server, memory_client& c, std::string_view begin, char byte)
{
    c.send(begin);
    for (int i = 0; i < 10'000 && !c.has_input(); ++i) {
        c.send({&byte, 1});
        server.pass(5ms);
    }
    return c.has_input();
}

std::size_t count(const std::string& text, std::string_view what)
{
    std::size_t n = 0;
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + what.size())) {
        ++n;
    }
    return n;
}

} // namespace

// The deadline applies to the whole head. The next byte does not extend it.
BOOST_AUTO_TEST_CASE(a_head_that_arrives_byte_by_byte_gets_408)
{
    rill::server_options options;
    options.limits.head_timeout = 200ms;
    memory_server server(app(), options);
    memory_client c(server);
    BOOST_TEST(drip(server, c, "GET /hello HTTP/1.1\r\nHost: t\r\nX: ", 'x'));
    BOOST_TEST(c.read_until("\r\n\r\n"));
    BOOST_TEST(c.received().starts_with("HTTP/1.1 408 "));
    BOOST_TEST(c.received().find("Connection: close\r\n") != std::string::npos);
    memory_client silent(server); // the timeout begins at accept
    BOOST_TEST(silent.read_to_end());
    BOOST_TEST(silent.received() == ""); // without a request there is no response
}

BOOST_AUTO_TEST_CASE(a_body_that_arrives_byte_by_byte_gets_408_before_its_deadline)
{
    rill::server_options options;
    options.limits.body_timeout = 1h;
    options.limits.body_grace = 100ms;
    options.limits.min_body_rate = 10'000;
    memory_server server(app(), options);
    memory_client c(server);
    BOOST_TEST(drip(server, c, "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 500000\r\n\r\n", 'x'));
    BOOST_TEST(c.read_until("\r\n\r\n"));
    BOOST_TEST(c.received().starts_with("HTTP/1.1 408 "));
}

// The body takes 4 times the grace, at 20 times the minimum rate.
BOOST_AUTO_TEST_CASE(a_body_that_is_fast_enough_may_take_longer_than_the_grace)
{
    rill::server_options options;
    options.limits.body_grace = 100ms;
    options.limits.min_body_rate = 1000;
    memory_server server(app(), options);
    memory_client c(server);
    const std::string piece(10'000, 'y'); // extends the deadline by ten seconds
    c.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 80000\r\n\r\n" + piece);
    for (int i = 1; i < 8; ++i) {
        server.pass(60ms);
        c.send(piece);
    }
    BOOST_TEST(c.read_until("\r\n\r\nyyy"));
    BOOST_TEST(c.received().starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(tls_on_the_http_port_gets_an_immediate_400)
{
    rill::server_options options;
    options.limits.head_timeout = 1h; // must not apply, although a TLS hello contains no end of a head
    running_server server(app(), options);
    raw_client c(server.port());
    c.send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + std::string(500, '\x5a'));
    BOOST_TEST(c.read_to_end());
    BOOST_TEST(c.received().starts_with("HTTP/1.1 400 "));
    BOOST_TEST(c.received().find("this port speaks HTTP, not TLS") != std::string::npos);
    BOOST_TEST(count(server.debug_log(), "request of 127.0.0.1 refused: 400, this port speaks HTTP, not TLS\n") == 1U);
    BOOST_TEST(server.log() == "");
}

BOOST_AUTO_TEST_CASE(garbage_is_refused_and_leaks_nothing)
{
    running_server server(app());
    const auto descriptors = open_descriptors();
    std::mt19937 random(5); // the same garbage in each run
    for (int i = 0; i < 300; ++i) {
        std::string garbage(random() % 4096, '\0');
        std::generate(garbage.begin(), garbage.end(), [&] { return static_cast<char>(random()); });
        raw_client c(server.port());
        c.try_send(garbage);
        if (i % 3 == 0) {
            c.half_close();
            c.read_to_end();
            BOOST_TEST((c.received().empty() || c.received().starts_with("HTTP/1.1 4") ||
                        c.received().starts_with("HTTP/1.1 5")));
            BOOST_TEST(count(c.received(), "HTTP/1.1 ") <= 1U);
        } else if (i % 3 == 1) {
            c.reset();
        }
    }
    raw_client c(server.port());
    c.get("/hello");
    BOOST_TEST(c.read_until("\r\n\r\nhello"));
    c.close();
    BOOST_TEST(eventually([&] { return server.connections() == 0; }));
    BOOST_TEST(eventually([&] { return open_descriptors() <= descriptors; }));
    BOOST_TEST(server.log() == "");
}

// All streams end at once. Each client gets a random retry time, so that the clients do not reconnect all at once.
BOOST_AUTO_TEST_CASE(retry_jitter_spreads_reconnects)
{
    constexpr std::size_t many = 1000;
    bool cut = false;
    std::size_t begun = 0;
    rill::router app;
    app.get("/", rill::sse::endpoint(
                     [&](rill::sse::event_stream& stream) -> rill::awaitable<> {
                         co_await stream.send("begun");
                         ++begun;
                         rill::interval every{10ms};
                         while (!cut) {
                             co_await every.tick();
                         }
                     },
                     {.retry = 200ms, .retry_jitter = 1s}));
    memory_server server(std::move(app));
    std::vector<std::unique_ptr<memory_client>> clients;
    std::vector<std::chrono::milliseconds> waits;
    for (std::size_t i = 0; i < many; ++i) {
        clients.push_back(std::make_unique<memory_client>(server));
        clients.back()->get("/");
    }
    for (auto& c : clients) {
        BOOST_REQUIRE(c->read_until("begun"));
        const auto at = c->received().find("retry: ");
        BOOST_REQUIRE(at != std::string::npos);
        waits.emplace_back(std::stoi(c->received().substr(at + 7)));
    }
    cut = true;
    for (auto& c : clients) {
        BOOST_REQUIRE(c->read_until("0\r\n\r\n"));
        c->close();
    }
    BOOST_REQUIRE(server.reaches([&] { return server.connections() == 0; }));
    cut = false;
    begun = 0;
    std::sort(waits.begin(), waits.end());
    BOOST_TEST(waits.front() >= 200ms);
    BOOST_TEST(waits.back() <= 1200ms);
    for (std::size_t i = 0; i + many / 10 < many; ++i) { // a tenth of the clients needs about a tenth of the time
        BOOST_REQUIRE(waits[i + many / 10] - waits[i] > 80ms);
    }
    const auto start = server.kit().now();
    for (std::size_t i = 0; i < many; ++i) {
        server.pass(start + waits[i] - server.kit().now());
        clients[i] = std::make_unique<memory_client>(server);
        clients[i]->get("/");
    }
    BOOST_TEST(server.reaches([&] { return begun == many; }));
    cut = true;
}

// The peer acknowledges nothing. The server sends a heartbeat within a second, and gives up less than a second later.
// Without a heartbeat the deadline for acknowledgments would be half a minute.
BOOST_AUTO_TEST_CASE(the_heartbeat_detects_a_lost_peer)
{
    running_server server(app());
    raw_client c(server.port());
    c.get("/silent");
    BOOST_REQUIRE(c.read_until("begun"));
    c.go_dead();
    const auto vanished = std::chrono::steady_clock::now();
    BOOST_TEST(eventually([&] { return server.connections() == 0; }));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - vanished;
    BOOST_TEST_MESSAGE("with a heartbeat of 1 s, found after " << took.count() << " s");
    BOOST_TEST(took.count() < 15.0);
    BOOST_TEST((server.reasons() == std::vector{rill::close_reason::peer_reset}));
}

// The same with packets that the kernel really drops. Runs only in a network namespace, see tests/server/half_open.sh.
BOOST_AUTO_TEST_CASE(the_heartbeat_detects_a_peer_with_dropped_packets, *boost::unit_test::disabled())
{
    running_server server(app());
    raw_client c(server.port());
    c.get("/quiet");
    BOOST_REQUIRE(c.read_until("begun"));
    const auto* drop_all = std::getenv("RILL_DROP_ALL");
    BOOST_REQUIRE_MESSAGE(drop_all != nullptr, "to be run by tests/server/half_open.sh");
    BOOST_REQUIRE(std::system(drop_all) == 0);
    const auto vanished = std::chrono::steady_clock::now();
    BOOST_TEST(eventually([&] { return server.connections() == 0; }));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - vanished;
    std::printf("with a heartbeat of 4 s, a peer whose packets are dropped was freed after %.2f s\n", took.count());
    BOOST_TEST(took.count() < 25.0);
    BOOST_TEST((server.reasons() == std::vector{rill::close_reason::peer_reset}));
}

BOOST_AUTO_TEST_SUITE_END()
