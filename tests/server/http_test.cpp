// HTTP/1 from the bytes of a request to the bytes of its response. The tests of request_parser and response_head cover
// the rest without sockets.

#include "server/http_exchange.hpp"

BOOST_AUTO_TEST_SUITE(http)

BOOST_AUTO_TEST_CASE(keeps_the_connection_and_pipelines)
{
    memory_server server(app());
    const auto answer = talk(server, get("/hello") + get("/none") + get("/hello", close_after) + get("/hello"));
    BOOST_TEST(occurrences(answer, "HTTP/1.1 200 OK\r\n") == 2u); // a request after "close" gets no response
    BOOST_TEST(occurrences(answer, "HTTP/1.1 204 No Content\r\n") == 1u);
    BOOST_TEST(occurrences(answer, "Connection: close\r\n") == 1u);
    BOOST_TEST(answer.find("Date: ") != answer.npos);
    BOOST_TEST(answer.find("Server: rill\r\n") != answer.npos);
    BOOST_TEST(answer.ends_with("\r\n\r\nhello"));
}

BOOST_AUTO_TEST_CASE(http_1_0_closes_without_keep_alive)
{
    memory_server server(app());
    const auto plain = talk(server, "GET /hello HTTP/1.0\r\n\r\n");
    BOOST_TEST(plain.find("Connection: close\r\n") != plain.npos);
    BOOST_TEST(plain.ends_with("hello"));
    const auto kept = talk(server, "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /hello HTTP/1.0\r\n\r\n");
    BOOST_TEST(occurrences(kept, "HTTP/1.1 200 OK") == 2u);
    BOOST_TEST(occurrences(kept, "Connection: keep-alive\r\n") == 1u);
    const auto streamed = talk(server, "GET /rows HTTP/1.0\r\n\r\n");
    BOOST_TEST(streamed.find("chunked") == streamed.npos);
    BOOST_TEST(streamed.ends_with("\r\n\r\nrow 0\nrow 1\nrow 2\n")); // the connection ends the body
}

BOOST_AUTO_TEST_CASE(a_chunked_stream_keeps_the_connection_open)
{
    memory_server server(app());
    const auto answer = talk(server, get("/rows") + get("/hello", close_after));
    BOOST_TEST(answer.find("Transfer-Encoding: chunked\r\n") != answer.npos);
    BOOST_TEST(answer.find("6\r\nrow 0\n\r\n6\r\nrow 1\n\r\n6\r\nrow 2\n\r\n0\r\n\r\nHTTP/1.1 200 OK") != answer.npos);
    BOOST_TEST(answer.ends_with("hello"));
}

BOOST_AUTO_TEST_CASE(head_has_the_fields_of_get)
{
    memory_server server(app());
    const auto answer = talk(server, "HEAD /hello HTTP/1.1\r\nHost: t\r\n\r\nHEAD /rows HTTP/1.1\r\nHost: t\r\n\r\n" +
                                         get("/none", close_after));
    BOOST_TEST(answer.find("Content-Length: 5\r\n") != answer.npos);
    BOOST_TEST(answer.find("hello") == answer.npos);
    BOOST_TEST(answer.find("row") == answer.npos);
    BOOST_TEST(occurrences(answer, "HTTP/1.1 ") == 3u);
}

BOOST_AUTO_TEST_CASE(options_and_unknown_paths)
{
    memory_server server(app());
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
    memory_server server(app());
    const auto length =
        talk(server, "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nbody!" + get("/hello", close_after));
    BOOST_TEST(length.find("\r\n\r\nbody!HTTP/1.1 200 OK") != length.npos);
    const auto chunked = talk(server, "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
                                      "3\r\nbod\r\n2;x=y\r\ny!\r\n0\r\nX-Trailer: t\r\n\r\n" +
                                          get("/hello", close_after));
    BOOST_TEST(chunked.find("\r\n\r\nbody!HTTP/1.1 200 OK") != chunked.npos);
}

BOOST_AUTO_TEST_CASE(sends_100_continue)
{
    memory_server server(app());
    memory_client c(server);
    c.send("POST /echo HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\n");
    BOOST_REQUIRE(c.read_until("HTTP/1.1 100 Continue\r\n\r\n"));
    c.send("body!");
    BOOST_TEST(c.read_to_end());
    BOOST_TEST(c.received().ends_with("\r\n\r\nbody!"));
}

BOOST_AUTO_TEST_CASE(handler_cannot_break_the_framing)
{
    memory_server server(app());
    const auto answer = talk(server, get("/length", close_after));
    BOOST_TEST(occurrences(answer, "Content-Length: ") == 1u);
    BOOST_TEST(answer.find("Content-Length: 4\r\n") != answer.npos);
    BOOST_TEST(occurrences(answer, "Connection: ") == 1u);
    BOOST_TEST(answer.find("X-Own: yes\r\n") != answer.npos);
}

BOOST_AUTO_TEST_CASE(failed_handler_is_a_500_and_a_log_line)
{
    memory_server server(app());
    const auto answer = talk(server, get("/fails") + get("/hello", close_after));
    BOOST_TEST(answer.starts_with("HTTP/1.1 500 "));
    BOOST_TEST(answer.find("the reason") == answer.npos); // the reason is only in the log
    BOOST_TEST(answer.ends_with("hello"));
    BOOST_TEST(server.log().find("/fails failed: the reason") != std::string::npos);
}

// Without the CORS fields a browser hides the response from scripts and reports only a CORS error.
BOOST_AUTO_TEST_CASE(the_500_of_a_failed_handler_has_the_fields_of_middleware)
{
    auto failing = app();
    failing.use(rill::middleware::request_id());
    failing.use(rill::middleware::trace_context());
    failing.use(rill::middleware::cors({.origins = {"https://a.example"}}));
    memory_server server(std::move(failing));
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
    memory_server server(std::move(named));
    const auto answer =
        talk(server, "QUERY /q HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody");
    BOOST_TEST(answer.ends_with("\r\n\r\nQUERY body"));
    BOOST_TEST(talk(server, "BREW /q HTTP/1.1\r\nHost: t\r\n\r\n").starts_with("HTTP/1.1 501 "));
}

BOOST_AUTO_TEST_CASE(a_query_is_not_changed)
{
    auto echo = app();
    echo.get("/q", [](rill::query<"last"> last) { return *last; });
    memory_server server(std::move(echo));
    BOOST_TEST(talk(server, get("/q?last=100%", close_after)).ends_with("\r\n\r\n100%"));
    BOOST_TEST(talk(server, get("/q%?last=1", close_after)).starts_with("HTTP/1.1 400 "));
}

BOOST_AUTO_TEST_CASE(serves_files)
{
    const std::string directory = "/tmp/rill-http-test-" + std::to_string(::getpid());
    BOOST_REQUIRE_EQUAL(std::system(("mkdir -p " + directory).c_str()), 0);
    const std::string content(200'000, 'f');
    std::ofstream(directory + "/file.txt") << content;
    rill::router files;
    files.get("/{path...}", rill::static_files(directory));
    memory_server server(std::move(files));
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

BOOST_AUTO_TEST_SUITE_END()
