// The bytes of responses. A handler cannot break the framing, whatever fields it sets.

#include "server/memory_fixture.hpp"

BOOST_AUTO_TEST_SUITE(responses)

namespace {

using namespace rill_test;
using rill::response;
using rill::status;

response with_status(unsigned code, std::string body)
{
    response r = response::text(std::move(body));
    r.set_status(static_cast<status>(code));
    return r;
}

response rows()
{
    return response::stream([](rill::response_writer& out) -> rill::awaitable<> { co_await out.write("row"); });
}

/// A server with one route. A call sends a request and returns the response without its Date line. The response must
/// have exactly one Date line. A second request follows on the same connection.
class answering
{
public:
    explicit answering(std::function<response()> make) : server_(app(std::move(make))) {}

    std::string operator()(std::string_view method = "GET", std::string_view version = "1.1")
    {
        memory_client c(server_);
        c.send(std::string(method) + " / HTTP/" + std::string(version) + "\r\nHost: a\r\n\r\n" +
               "GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        BOOST_TEST(c.read_to_end());
        std::string bytes = c.received();
        const auto next = bytes.find("HTTP/1.1 200 OK\r\n", 1);
        went_on_ = next != bytes.npos;
        bytes.resize(std::min(next, bytes.size()));
        const auto date = bytes.find("\r\nDate: ");
        BOOST_REQUIRE(date != bytes.npos);
        bytes.erase(date, bytes.find("\r\n", date + 2) - date);
        BOOST_TEST(bytes.find("\r\nDate: ") == bytes.npos);
        return bytes;
    }

    bool went_on() const { return went_on_; }
    std::string log() { return server_.log(); }

private:
    static rill::router app(std::function<response()> make)
    {
        rill::router app;
        app.get("/", make);
        app.post("/", make);
        app.get("/next", [] { return "next"; });
        return app;
    }

    memory_server server_;
    bool went_on_ = false;
};

/// Checks that the response is a 500 without the text of the exception, and that the log contains this text.
void check_refused(std::function<response()> make, std::string_view why)
{
    answering ask(std::move(make));
    for (const auto* method : {"GET", "HEAD"}) {
        const auto answer = ask(method);
        BOOST_TEST(answer.starts_with("HTTP/1.1 500 Internal Server Error\r\nServer: rill\r\n"), answer);
        BOOST_TEST(answer.find("evil") == answer.npos, answer);
        BOOST_TEST(answer.ends_with("\r\n\r\n") == (std::string_view(method) == "HEAD"));
        BOOST_TEST(ask.went_on());
    }
    BOOST_TEST(ask.log().find(why) != std::string::npos, ask.log());
}

constexpr std::string_view type = "Content-Type: text/plain; charset=utf-8\r\n";

} // namespace

BOOST_AUTO_TEST_CASE(fields_that_contradict_the_framing_are_500_and_a_log_line)
{
    const auto having = [](std::string_view name, std::string_view value) {
        return [=] { return response::text("evil").set_header(name, value); };
    };
    check_refused(having("Content-Length", "4000"), "its Content-Length is not that of its body");
    check_refused(having("Content-Length", "x"), "its Content-Length");
    check_refused([] { return rows().set_header("Content-Length", "3"); }, "a Content-Length and a streamed body");
    check_refused(having("Transfer-Encoding", "chunked"), "Transfer-Encoding");
    check_refused(having("Date", "evil"), "Date");
    check_refused(having("Keep-Alive", "timeout=5"), "Keep-Alive");
    check_refused(having("Proxy-Connection", "close"), "Proxy-Connection");
    check_refused(having("Trailer", "X-Evil"), "trailers");
    check_refused(having("Connection", "X-Evil"), "its Connection");
}

BOOST_AUTO_TEST_CASE(an_error_from_a_handler_is_only_in_the_log)
{
    rill::router app;
    app.get("/full", []() -> rill::result<response> { return tl::unexpected(make_error_code(rill::error::too_slow)); });
    memory_server s(std::move(app));
    memory_client c(s);
    c.send("GET /full HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    BOOST_TEST(c.read_to_end());
    BOOST_TEST(c.received().starts_with("HTTP/1.1 500 "), c.received());
    BOOST_TEST(c.received().find("slow") == std::string::npos);
    BOOST_TEST(s.log().ends_with("handler of /full failed: the stream was too slow\n"), s.log());
}

BOOST_AUTO_TEST_CASE(line_ends_in_fields_are_500_even_after_later_changes)
{
    for (const auto& [name, value] : {std::pair<std::string, std::string>("X", "a\r\nSet-Cookie: evil"),
                                      {"X", "a\nevil"},
                                      {"X", "a\revil"},
                                      {"X", std::string("a\0evil", 6)},
                                      {"X\r\nevil", "a"},
                                      {"X:evil", "a"},
                                      {"", "evil"},
                                      {"X evil", "a"}})
    {
        check_refused(
            [=] {
                auto r = response::text("").set_header(name, value);
                r.set_status(status::ok);
                r.set_body("evil");
                return r;
            },
            "name or value is not allowed");
    }
}

BOOST_AUTO_TEST_CASE(statuses_that_are_not_final_are_500)
{
    for (const unsigned code : {0U, 99U, 100U, 101U, 103U, 1000U}) {
        check_refused([=] { return with_status(code, "evil"); }, "not a final status");
    }
    check_refused([] { return with_status(401, "evil"); }, "401 without WWW-Authenticate");
    check_refused([] { return with_status(405, "evil"); }, "405 without Allow");
    check_refused([] { return with_status(426, "evil"); }, "426 without Upgrade");
}

BOOST_AUTO_TEST_CASE(fields_that_match_the_framing_are_sent_once)
{
    answering length([] { return response::text("four").set_header("content-length", "4"); });
    BOOST_TEST(length() == "HTTP/1.1 200 OK\r\nServer: rill\r\n" + std::string(type) + "Content-Length: 4\r\n\r\nfour");
    BOOST_TEST(length("HEAD") ==
               "HTTP/1.1 200 OK\r\nServer: rill\r\n" + std::string(type) + "Content-Length: 4\r\n\r\n");
    BOOST_TEST(length.went_on());

    answering closing([] { return response::text("four").set_header("Connection", "close"); });
    BOOST_TEST(closing() == "HTTP/1.1 200 OK\r\nServer: rill\r\n" + std::string(type) +
                                "Content-Length: 4\r\nConnection: close\r\n\r\nfour");
    BOOST_TEST(!closing.went_on());

    answering named(
        [] { return response::text("four").set_header("Server", "other").set_header("Connection", "keep-alive"); });
    BOOST_TEST(named() == "HTTP/1.1 200 OK\r\n" + std::string(type) + "Server: other\r\nContent-Length: 4\r\n\r\nfour");
    BOOST_TEST(named.went_on());

    answering upgrade([] { return with_status(426, "four").set_header("Upgrade", "HTTP/3.0"); });
    BOOST_TEST(upgrade() == "HTTP/1.1 426 Upgrade Required\r\nServer: rill\r\n" + std::string(type) +
                                "Upgrade: HTTP/3.0\r\nContent-Length: 4\r\nConnection: upgrade\r\n\r\nfour");
    BOOST_TEST(upgrade.went_on());
    BOOST_TEST(length.log() + closing.log() + named.log() + upgrade.log() == "");
}

BOOST_AUTO_TEST_CASE(statuses_without_a_body_have_none_on_the_wire)
{
    for (const bool streamed : {false, true}) {
        const auto having = [=](unsigned code) {
            return [=] {
                auto r = streamed ? rows() : response::text("evil");
                r.set_status(static_cast<status>(code));
                r.fields() = {};
                return r;
            };
        };
        answering none(having(204));
        BOOST_TEST(none() == "HTTP/1.1 204 No Content\r\nServer: rill\r\n\r\n");
        BOOST_TEST(none.went_on());
        BOOST_TEST(none.log().find("must not have") != std::string::npos);
        answering reset(having(205));
        BOOST_TEST(reset() == "HTTP/1.1 205 Reset Content\r\nServer: rill\r\nContent-Length: 0\r\n\r\n");
        BOOST_TEST(reset.went_on());
        answering same(having(304));
        BOOST_TEST(same() == "HTTP/1.1 304 Not Modified\r\nServer: rill\r\n\r\n");
        BOOST_TEST(same("POST") == same());
        BOOST_TEST(same.went_on());
    }
    answering reset([] { return response(status::reset_content); });
    BOOST_TEST(reset() == "HTTP/1.1 205 Reset Content\r\nServer: rill\r\nContent-Length: 0\r\n\r\n");
    BOOST_TEST(reset.log() == "");
}

BOOST_AUTO_TEST_CASE(a_response_to_head_has_no_body_and_may_have_a_length)
{
    answering text([] { return response::text("evil"); });
    BOOST_TEST(text("HEAD").ends_with("Content-Length: 4\r\n\r\n"));
    answering stream(rows);
    BOOST_TEST(stream("HEAD").ends_with("Transfer-Encoding: chunked\r\n\r\n"));
    answering told([] { return response(status::ok).set_header("Content-Length", "4000"); });
    BOOST_TEST(told("HEAD") == "HTTP/1.1 200 OK\r\nServer: rill\r\nContent-Length: 4000\r\n\r\n");
    BOOST_TEST(told().starts_with("HTTP/1.1 500 ")); // for GET, the length must match the body
    BOOST_TEST(told.went_on());
}

BOOST_AUTO_TEST_CASE(a_refused_head_request_gets_no_body)
{
    memory_server server([](rill::request&) -> rill::awaitable<response> { co_return response::text("evil"); });
    for (const auto& [bytes, code] : std::initializer_list<std::pair<std::string, std::string>>{
             {"HEAD / HTTP/1.1\r\n\r\n", "400"},
             {"HEAD / HTTP/1.1 \r\n\r\n", "400"},
             {"HEAD * HTTP/1.1\r\n\r\n", "400"},
             {"HEAD / HTTP/2.0\r\n\r\n", "505"},
             {"HEAD /" + std::string(9000, 'x') + " HTTP/1.1\r\n\r\n", "414"},
             {"HEAD / HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n", "431"},
             {"HEAD / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n", "417"},
             {"HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "400"}})
    {
        memory_client c(server);
        c.send(bytes);
        BOOST_TEST(c.read_to_end());
        BOOST_TEST(c.received().starts_with("HTTP/1.1 " + code + " "), bytes.substr(0, 40));
        BOOST_TEST(c.received().find("\r\nConnection: close\r\n") != std::string::npos);
        BOOST_TEST(c.received().find("\r\nContent-Length: ") != std::string::npos);
        BOOST_TEST(c.received().find("\r\n\r\n") == c.received().size() - 4, c.received());
    }
}

BOOST_AUTO_TEST_CASE(http_1_0_gets_no_chunked_body)
{
    answering stream(rows);
    const auto answer = stream("GET", "1.0");
    BOOST_TEST(answer == "HTTP/1.1 200 OK\r\nServer: rill\r\nContent-Type: application/octet-stream\r\n"
                         "Connection: close\r\n\r\nrow");
    BOOST_TEST(!stream.went_on());
}

BOOST_AUTO_TEST_SUITE_END()
