// HTTP/1 over real sockets: what request_parser and response_head can't show by themselves.

#include "server/fixture.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <fstream>
#include <sys/resource.h>

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(http)

namespace {

rill::router app()
{
    rill::router app;
    app.get("/hello", [] { return "hello"; });
    app.post("/echo", [](rill::request& r) { return rill::response::text(r.body()); });
    app.get("/length", [] {
        return rill::response::text("four")
            .header("X-Own", "yes")
            .header("Content-Length", "4")
            .header("Connection", "keep-alive");
    });
    app.get("/none", [] { return rill::response(rill::status::no_content); });
    app.get("/fails", []() -> rill::awaitable<rill::response> {
        co_await rill::sleep_for(1ms);
        throw std::runtime_error("the reason");
    });
    app.get("/rows", [] {
        return rill::response::stream([](rill::response_writer& out) -> rill::awaitable<> {
            for (int i = 0; i < 3; ++i) {
                co_await out.write("row " + std::to_string(i) + "\n");
            }
        });
    });
    app.get("/big", [] { return rill::response::text(std::string(8 * 1024 * 1024, 'b')); });
    return app;
}

std::string get(std::string_view target, std::string_view more = "")
{
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" + std::string(more) + "\r\n";
}

const std::string close_after = "Connection: close\r\n";

/// Sends, reads to the end, and gives what came.
std::string talk(running_server& server, const std::string& bytes)
{
    raw_client c(server.port());
    c.send(bytes);
    c.read_to_end();
    return c.received();
}

std::size_t occurrences(const std::string& text, std::string_view what)
{
    std::size_t count = 0;
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) {
        ++count;
    }
    return count;
}

} // namespace

BOOST_AUTO_TEST_CASE(keeps_the_connection_and_pipelines)
{
    running_server server(app());
    const auto answer = talk(server, get("/hello") + get("/none") + get("/hello", close_after) + get("/hello"));
    BOOST_TEST(occurrences(answer, "HTTP/1.1 200 OK\r\n") == 2u); // nothing after "close" is answered
    BOOST_TEST(occurrences(answer, "HTTP/1.1 204 No Content\r\n") == 1u);
    BOOST_TEST(occurrences(answer, "Connection: close\r\n") == 1u);
    BOOST_TEST(answer.find("Date: ") != answer.npos);
    BOOST_TEST(answer.find("Server: rill\r\n") != answer.npos);
    BOOST_TEST(answer.ends_with("\r\n\r\nhello"));
}

BOOST_AUTO_TEST_CASE(http_1_0_closes_unless_asked)
{
    running_server server(app());
    const auto plain = talk(server, "GET /hello HTTP/1.0\r\n\r\n");
    BOOST_TEST(plain.find("Connection: close\r\n") != plain.npos);
    BOOST_TEST(plain.ends_with("hello"));
    const auto kept = talk(server, "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /hello HTTP/1.0\r\n\r\n");
    BOOST_TEST(occurrences(kept, "HTTP/1.1 200 OK") == 2u);
    BOOST_TEST(occurrences(kept, "Connection: keep-alive\r\n") == 1u);
    const auto streamed = talk(server, "GET /rows HTTP/1.0\r\n\r\n");
    BOOST_TEST(streamed.find("chunked") == streamed.npos);
    BOOST_TEST(streamed.ends_with("\r\n\r\nrow 0\nrow 1\nrow 2\n")); // ended by the end of the connection
}

BOOST_AUTO_TEST_CASE(streams_in_chunks_and_goes_on)
{
    running_server server(app());
    const auto answer = talk(server, get("/rows") + get("/hello", close_after));
    BOOST_TEST(answer.find("Transfer-Encoding: chunked\r\n") != answer.npos);
    BOOST_TEST(answer.find("6\r\nrow 0\n\r\n6\r\nrow 1\n\r\n6\r\nrow 2\n\r\n0\r\n\r\nHTTP/1.1 200 OK") != answer.npos);
    BOOST_TEST(answer.ends_with("hello"));
}

BOOST_AUTO_TEST_CASE(head_has_the_head_of_get)
{
    running_server server(app());
    const auto answer = talk(server, "HEAD /hello HTTP/1.1\r\nHost: t\r\n\r\nHEAD /rows HTTP/1.1\r\nHost: t\r\n\r\n" +
                                         get("/none", close_after));
    BOOST_TEST(answer.find("Content-Length: 5\r\n") != answer.npos);
    BOOST_TEST(answer.find("hello") == answer.npos);
    BOOST_TEST(answer.find("row") == answer.npos);
    BOOST_TEST(occurrences(answer, "HTTP/1.1 ") == 3u);
}

BOOST_AUTO_TEST_CASE(options_and_unknown)
{
    running_server server(app());
    const auto answer = talk(server, "OPTIONS /echo HTTP/1.1\r\nHost: t\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n" +
                                         get("/echo") + get("/nowhere", close_after));
    BOOST_TEST(occurrences(answer, "HTTP/1.1 204 ") == 2u);
    BOOST_TEST(answer.find("405 Method Not Allowed") != answer.npos);
    BOOST_TEST(answer.find("Allow: ") != answer.npos);
    BOOST_TEST(answer.find("404 Not Found") != answer.npos);
    BOOST_TEST(answer.find("application/problem+json") != answer.npos);
}

BOOST_AUTO_TEST_CASE(reads_bodies)
{
    running_server server(app());
    const auto length =
        talk(server, "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nbody!" + get("/hello", close_after));
    BOOST_TEST(length.find("\r\n\r\nbody!HTTP/1.1 200 OK") != length.npos);
    const auto chunked = talk(server, "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
                                      "3\r\nbod\r\n2;x=y\r\ny!\r\n0\r\nX-Trailer: t\r\n\r\n" +
                                          get("/hello", close_after));
    BOOST_TEST(chunked.find("\r\n\r\nbody!HTTP/1.1 200 OK") != chunked.npos);
}

BOOST_AUTO_TEST_CASE(says_continue)
{
    running_server server(app());
    raw_client c(server.port());
    c.send("POST /echo HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\n");
    BOOST_REQUIRE(c.read_until("HTTP/1.1 100 Continue\r\n\r\n"));
    c.send("body!");
    BOOST_TEST(c.read_to_end());
    BOOST_TEST(c.received().ends_with("\r\n\r\nbody!"));
}

BOOST_AUTO_TEST_CASE(limits)
{
    rill::server_options options;
    options.limits.max_body_bytes = 1000;
    running_server server(app(), options);
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

BOOST_AUTO_TEST_CASE(handler_cannot_break_the_framing)
{
    running_server server(app());
    const auto answer = talk(server, get("/length", close_after));
    BOOST_TEST(occurrences(answer, "Content-Length: ") == 1u);
    BOOST_TEST(answer.find("Content-Length: 4\r\n") != answer.npos);
    BOOST_TEST(occurrences(answer, "Connection: ") == 1u);
    BOOST_TEST(answer.find("X-Own: yes\r\n") != answer.npos);
}

BOOST_AUTO_TEST_CASE(failing_handler_is_a_500_and_a_log_line)
{
    running_server server(app());
    const auto answer = talk(server, get("/fails") + get("/hello", close_after));
    BOOST_TEST(answer.starts_with("HTTP/1.1 500 "));
    BOOST_TEST(answer.find("the reason") == answer.npos); // for the log, not for the client
    BOOST_TEST(answer.ends_with("hello"));
    BOOST_TEST(server.log().find("/fails failed: the reason") != std::string::npos);
}

// Without them a browser reports a CORS error, and nothing of the answer.
BOOST_AUTO_TEST_CASE(middleware_marks_also_the_answer_to_a_handler_that_fails)
{
    auto failing = app();
    failing.use(rill::middleware::request_id());
    failing.use(rill::middleware::trace_context());
    failing.use(rill::middleware::cors({.origins = {"https://a.example"}}));
    running_server server(std::move(failing));
    const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const auto answer =
        talk(server, get("/fails", "Origin: https://a.example\r\nX-Request-Id: seven\r\ntraceparent: " + trace +
                                       "\r\n" + close_after));
    BOOST_TEST(answer.starts_with("HTTP/1.1 500 "));
    for (const std::string& field :
         {std::string("Access-Control-Allow-Origin: https://a.example"), std::string("X-Request-Id: seven"),
          "traceparent: " + trace, std::string("Vary: Origin")})
    {
        BOOST_TEST(occurrences(answer, "\r\n" + field + "\r\n") == 1U, field);
    }
}

BOOST_AUTO_TEST_CASE(methods_by_name)
{
    auto named = app();
    named.handle("QUERY", "/q", [](rill::request& r) { return std::string(r.method_name()) + " " + r.body(); });
    running_server server(std::move(named));
    const auto answer =
        talk(server, "QUERY /q HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody");
    BOOST_TEST(answer.ends_with("\r\n\r\nQUERY body"));
    BOOST_TEST(talk(server, "BREW /q HTTP/1.1\r\nHost: t\r\n\r\n").starts_with("HTTP/1.1 501 "));
}

BOOST_AUTO_TEST_CASE(a_query_is_kept_as_it_came)
{
    auto echo = app();
    echo.get("/q", [](rill::query<"last"> last) { return *last; });
    running_server server(std::move(echo));
    BOOST_TEST(talk(server, get("/q?last=100%", close_after)).ends_with("\r\n\r\n100%"));
    BOOST_TEST(talk(server, get("/q%?last=1", close_after)).starts_with("HTTP/1.1 400 "));
}

BOOST_AUTO_TEST_CASE(slow_head_and_slow_body_are_408)
{
    rill::server_options options;
    options.limits.head_timeout = 50ms;
    options.limits.body_timeout = 50ms;
    running_server server(app(), options);
    BOOST_TEST(talk(server, "GET /hello HT").starts_with("HTTP/1.1 408 "));
    BOOST_TEST(
        talk(server, "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 9\r\n\r\nbod").starts_with("HTTP/1.1 408 "));
}

BOOST_AUTO_TEST_CASE(between_requests_there_is_nothing_to_be_answered)
{
    rill::server_options options;
    options.limits.idle_timeout = 50ms;
    running_server server(app(), options);
    const auto idle = talk(server, get("/hello"));
    BOOST_TEST(occurrences(idle, "HTTP/1.1 ") == 1u);
    BOOST_TEST(idle.ends_with("hello"));
}

BOOST_AUTO_TEST_CASE(large_response_arrives_whole)
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

BOOST_AUTO_TEST_CASE(serves_files)
{
    const std::string directory = "/tmp/rill-http-test-" + std::to_string(::getpid());
    BOOST_REQUIRE_EQUAL(std::system(("mkdir -p " + directory).c_str()), 0);
    const std::string content(200'000, 'f');
    std::ofstream(directory + "/file.txt") << content;
    rill::router files;
    files.get("/{path...}", rill::static_files(directory));
    running_server server(std::move(files));
    const auto whole = talk(server, get("/file.txt", close_after));
    BOOST_TEST(whole.ends_with("\r\n\r\n" + content));
    BOOST_TEST(whole.find("Content-Type: text/plain") != whole.npos);
    const auto part = talk(server, get("/file.txt", "Range: bytes=10-19\r\n" + close_after));
    BOOST_TEST(part.starts_with("HTTP/1.1 206 "));
    BOOST_TEST(part.ends_with("\r\n\r\nffffffffff"));
    const auto escape = talk(server, get("/%2e%2e/etc/passwd", close_after));
    BOOST_TEST(escape.starts_with("HTTP/1.1 404 "));
    std::system(("rm -r " + directory).c_str());
}

BOOST_AUTO_TEST_CASE(drain_finishes_requests_in_flight_and_closes_idle_ones)
{
    rill::router slow = app();
    static std::atomic<bool> entered{false};
    slow.get("/slow", []() -> rill::awaitable<rill::response> {
        const auto executor = co_await rill::asio::this_coro::executor;
        entered = true;
        co_await rill::shutdown_signal::of(executor).wait(); // it is still being answered when the drain begins
        co_await rill::sleep_for(20ms);
        co_return rill::response::text("done");
    });
    running_server server(std::move(slow));
    raw_client idle(server.port());
    idle.get("/hello");
    BOOST_REQUIRE(idle.read_until("hello"));
    raw_client busy(server.port());
    busy.get("/slow");
    BOOST_REQUIRE(eventually([] { return entered.load(); }));
    server.begin_stop();
    BOOST_TEST(idle.read_to_end());
    BOOST_TEST(busy.read_to_end());
    BOOST_TEST(busy.received().ends_with("done"));
    BOOST_TEST(busy.received().find("Connection: close") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(several_workers)
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
    raw_client first(server.port()); // to know that the server accepts
    first.get("/hello");
    BOOST_REQUIRE(first.read_until("hello"));
    raw_client waiting(server.port());
    low.rlim_cur = 3; // nothing more can be opened; what is open stays so
    BOOST_REQUIRE(eventually([&] { return server.connections() == 2; }));
    std::vector<std::unique_ptr<raw_client>> clients;
    clients.reserve(1);
    // The client's own descriptor must exist before the limit falls: the connection is made afterwards.
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
    BOOST_TEST(occurrences(server.log(), "cannot accept") == 1u); // one line, however long it lasts
    ::close(socket);
}

BOOST_AUTO_TEST_CASE(start_up_errors)
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
