// Request bodies that are read while they arrive, over real sockets and through router and middleware.

#include "server/memory_fixture.hpp"

#include "support/counted.hpp"

#include <atomic>
#include <fstream>
#include <mutex>
#include <sstream>

BOOST_AUTO_TEST_SUITE(uploads)

namespace {

using namespace rill_test;

constexpr std::size_t megabyte = 1024UL * 1024;

/// A checksum that depends on the order of the bytes.
struct sum
{
    std::uint64_t value = 14695981039346656037U;
    std::size_t bytes = 0;

    void add(std::string_view text)
    {
        bytes += text.size();
        for (const auto c : text) {
            value = (value ^ static_cast<unsigned char>(c)) * 1099511628211U;
        }
    }
    std::string text() const { return std::to_string(bytes) + ":" + std::to_string(value); }
};

rill::awaitable<std::string> summed(rill::body_reader body)
{
    const counted here;
    sum all;
    while (auto piece = co_await body.read()) {
        all.add(*piece);
    }
    co_return all.text();
}

rill::awaitable<std::string> reads_and_sleeps(rill::body_reader body)
{
    const counted here;
    co_await body.read();
    co_await rill::sleep_for(1h);
    co_return "never";
}

rill::router app()
{
    rill::router app;
    app.get("/hello", [] { return "hello"; });
    app.post("/upload", summed);
    app.post("/sleeps", reads_and_sleeps);
    return app;
}

std::string post(std::string_view path, std::string_view rest)
{
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: t\r\n" + std::string(rest);
}

/// Returns bytes that depend on their positions. Lost or exchanged bytes change the checksum.
std::string pattern(std::size_t size)
{
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<char>(i * 31 + i / 251);
    }
    return bytes;
}

/// Returns the anonymous memory of the process in KiB. Returns 0 under a sanitizer, because it keeps freed memory.
std::size_t anonymous_memory()
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return 0;
#else
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("RssAnon:")) {
            return std::stoul(line.substr(8));
        }
    }
    throw std::runtime_error("no RssAnon");
#endif
}

} // namespace

BOOST_AUTO_TEST_CASE(fifty_megabytes_need_little_memory)
{
    running_server server(app());
    const auto megabyte_of_bytes = pattern(megabyte);
    sum wanted;
    raw_client c(server.port());
    c.get("/hello");
    BOOST_REQUIRE(c.read_until("hello"));
    const auto before = anonymous_memory();
    auto most = before;
    c.send(post("/upload", "Content-Length: " + std::to_string(50 * megabyte) + "\r\n\r\n"));
    for (int i = 0; i < 50; ++i) {
        c.send(megabyte_of_bytes);
        wanted.add(megabyte_of_bytes);
        most = std::max(most, anonymous_memory());
    }
    BOOST_TEST(c.read_until(wanted.text()));
    BOOST_TEST(most - before < 4096U);
    c.get("/hello"); // the connection stays open
    BOOST_TEST(c.read_until("\r\n\r\nhello"));
}

BOOST_AUTO_TEST_CASE(chunks_of_all_sizes)
{
    running_server server(app());
    const auto bytes = pattern(200'000);
    std::ostringstream chunks;
    sum wanted;
    wanted.add(bytes);
    std::size_t at = 0;
    for (std::size_t size = 1; at < bytes.size(); size = size * 3 % 40'009) {
        const auto piece = std::string_view(bytes).substr(at, size);
        chunks << std::hex << piece.size() << ";x\r\n" << piece << "\r\n";
        at += piece.size();
    }
    raw_client c(server.port());
    c.send(post("/upload", "Transfer-Encoding: chunked\r\n\r\n" + chunks.str() + "0\r\nX-Trailer: t\r\n\r\n"));
    c.get("/hello");
    BOOST_TEST(c.read_until("\r\n\r\n" + wanted.text() + "HTTP/1.1 200 OK"));
    BOOST_TEST(c.read_until("\r\n\r\nhello"));
}

BOOST_AUTO_TEST_CASE(concurrent_uploads_on_two_workers_are_complete)
{
    running_server server(app(), workers(2));
    const auto bytes = pattern(300'000);
    sum wanted;
    wanted.add(bytes);
    std::vector<std::thread> clients;
    std::atomic<int> right{0};
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back([&] {
            raw_client c(server.port());
            for (int request = 0; request < 5; ++request) {
                c.send(post("/upload", "Content-Length: 300000\r\n\r\n"));
                c.send(bytes);
                right += c.read_until("\r\n\r\n" + wanted.text()) ? 1 : 0;
                c.forget();
            }
        });
    }
    for (auto& client : clients) {
        client.join();
    }
    BOOST_TEST(right == 40);
}

// A client without permission gets its 401 before it sends the body.
BOOST_AUTO_TEST_CASE(middleware_runs_before_the_body)
{
    rill::router routes;
    rill::router files;
    const auto check = [](std::string_view user, std::string_view password) {
        return user == "ada" && password == "lovelace";
    };
    files.use(rill::middleware::basic_auth(check));
    files.put("/{name}", summed);
    routes.mount("/files", std::move(files));
    std::mutex mutex;
    std::string log;
    routes.use(rill::middleware::access_log([&](std::string_view line) {
        const std::lock_guard lock(mutex);
        log.append(line).append("\n");
    }));
    running_server server(std::move(routes));
    const std::string head = "PUT /files/a HTTP/1.1\r\nHost: t\r\nContent-Length: 1000000\r\n";
    raw_client refused(server.port());
    refused.send(head + "Expect: 100-continue\r\n\r\n");
    BOOST_TEST(refused.read_to_end());
    BOOST_TEST(refused.received().starts_with("HTTP/1.1 401 "));
    BOOST_TEST(refused.received().find("Connection: close\r\n") != std::string::npos);
    raw_client deaf(server.port()); // the client sends the body without waiting for the response
    deaf.send(head + "\r\n" + std::string(100'000, 'x'));
    BOOST_TEST(deaf.read_until("HTTP/1.1 401 "));
    BOOST_TEST(deaf.read_to_end());
    raw_client known(server.port());
    known.send(head + "Authorization: Basic YWRhOmxvdmVsYWNl\r\nExpect: 100-continue\r\n\r\n");
    BOOST_TEST(known.read_until("HTTP/1.1 100 Continue\r\n\r\n"));
    known.send(std::string(1'000'000, 'x'));
    BOOST_TEST(known.read_until("\r\n\r\n1000000:"));
    const std::lock_guard lock(mutex);
    BOOST_TEST(log.find("\" 401 ") != std::string::npos);
    BOOST_TEST(log.find("\" 200 ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(middleware_gets_the_413_of_a_large_body)
{
    auto routes = app();
    std::mutex mutex;
    std::string log;
    routes.use(rill::middleware::access_log([&](std::string_view line) {
        const std::lock_guard lock(mutex);
        log.append(line).append("\n");
    }));
    routes.use(rill::middleware::cors());
    rill::server_options options;
    options.limits.max_streamed_body_bytes = 1000;
    running_server server(std::move(routes), options);
    raw_client c(server.port());
    c.send(post("/upload", "Content-Length: 1001\r\nOrigin: http://o.example\r\n\r\n"));
    BOOST_TEST(c.read_to_end());
    BOOST_TEST(c.received().starts_with("HTTP/1.1 413 "));
    BOOST_TEST(c.received().find("Access-Control-Allow-Origin") != std::string::npos);
    const std::lock_guard lock(mutex);
    BOOST_TEST(log.find("\" 413 ") != std::string::npos);
    BOOST_TEST(server.log() == "");
}

BOOST_AUTO_TEST_CASE(a_timeout_ends_a_read_that_waits)
{
    rill::router routes;
    routes.post("/upload", summed, rill::middleware::timeout(50ms));
    memory_server server(std::move(routes));
    memory_client c(server);
    c.send(post("/upload", "Content-Length: 10\r\n\r\n12345"));
    BOOST_TEST(c.read_to_end());
    BOOST_TEST(c.received().starts_with("HTTP/1.1 503 "));
    BOOST_TEST(c.received().find("Connection: close\r\n") != std::string::npos);
    BOOST_TEST(counted::alive() == 0);
}

BOOST_AUTO_TEST_CASE(a_body_below_the_minimum_rate_gets_408)
{
    rill::server_options options;
    options.limits.body_timeout = 1h;
    options.limits.body_grace = 100ms;
    options.limits.min_body_rate = 10'000;
    memory_server server(app(), options);
    memory_client c(server);
    c.send(post("/upload", "Content-Length: 500000\r\n\r\n"));
    for (int i = 0; i < 10'000 && !c.has_input(); ++i) {
        c.send("x");
        server.pass(5ms);
    }
    BOOST_TEST(c.read_until("\r\n\r\n"));
    BOOST_TEST(c.received().starts_with("HTTP/1.1 408 "));
    BOOST_TEST(counted::alive() == 0);
}

BOOST_AUTO_TEST_CASE(a_disconnect_ends_the_handler)
{
    running_server server(app());
    for (const auto* path : {"/upload", "/sleeps"}) {
        for (const bool resets : {false, true}) {
            raw_client c(server.port());
            c.send(post(path, "Content-Length: 1000\r\n\r\n12345"));
            BOOST_TEST(eventually([] { return counted::alive() == 1; }));
            resets ? c.reset() : c.close();
            BOOST_TEST(eventually([&] { return counted::alive() == 0 && server.connections() == 0; }), path);
        }
    }
    BOOST_TEST(server.log() == ""); // a disconnect is not an error
}

BOOST_AUTO_TEST_CASE(other_routes_get_the_whole_body)
{
    auto routes = app();
    routes.post("/whole", [](rill::request& r) { return "[" + r.body() + "]"; });
    rill::server_options options;
    options.limits.max_body_bytes = 10;
    running_server server(std::move(routes), options);
    raw_client c(server.port());
    c.send(post("/whole", "Content-Length: 5\r\n\r\nwh"));
    c.send("ole" + post("/upload", "Content-Length: 20\r\n\r\n12345678901234567890"));
    BOOST_TEST(c.read_until("[whole]HTTP/1.1 200 OK"));
    BOOST_TEST(c.read_until("\r\n\r\n20:"));
    c.forget();
    c.send(post("/whole", "Content-Length: 11\r\n\r\n"));
    BOOST_TEST(c.read_to_end());
    BOOST_TEST(c.received().find("HTTP/1.1 413 ") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
