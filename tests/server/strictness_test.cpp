// Malformed requests over real sockets. Tests every case of strict_cases.hpp, and the end of a refused connection.

#include "server/fixture.hpp"
#include "support/strict_cases.hpp"

BOOST_AUTO_TEST_SUITE(strictness)

namespace {

using namespace rill_test;

rill::router echo_app()
{
    rill::router app;
    const auto echo = [](rill::request& r) { return rill::response::text("<" + r.body() + ">"); };
    app.get("/{path...}", echo);
    app.post("/", echo);
    return app;
}

struct answer
{
    unsigned status = 0;
    bool says_close = false;
};

/// Splits the received bytes into responses. Each response here has a Content-Length, except 204. A response to HEAD
/// has no body, even if it has a Content-Length.
std::vector<answer> answers_in(std::string_view bytes)
{
    std::vector<answer> found;
    while (bytes.starts_with("HTTP/1.1 ")) {
        const auto head = bytes.substr(0, bytes.find("\r\n\r\n"));
        bytes.remove_prefix(std::min(head.size() + 4, bytes.size()));
        found.push_back({static_cast<unsigned>(std::stoul(std::string(head.substr(9, 3)))),
                         head.find("\r\nConnection: close") != head.npos});
        const auto length = head.find("\r\nContent-Length: ");
        if (length != head.npos && !bytes.starts_with("HTTP/1.1 ")) { // otherwise a response to HEAD
            bytes.remove_prefix(std::min<std::size_t>(std::stoul(std::string(head.substr(length + 18))), bytes.size()));
        }
    }
    if (!bytes.empty()) {
        found.push_back({}); // bytes that are not a response
    }
    return found;
}

/// Sends the bytes, closes the sending direction, and reads to the end. Because of the FIN, the server does not wait
/// for more bytes.
std::vector<answer> ask(raw_client& c, std::string_view bytes)
{
    c.try_send(bytes);
    c.half_close();
    BOOST_TEST(c.read_to_end());
    return answers_in(c.received());
}

constexpr std::string_view following = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

} // namespace

BOOST_AUTO_TEST_CASE(each_case_gets_the_expected_responses)
{
    running_server server(echo_app());
    for (const auto& one : strict_cases()) {
        raw_client c(server.port());
        // A second request shows whether the connection is still open.
        const bool waits = one.answers.empty();
        const auto found = ask(c, one.bytes + std::string(waits ? "" : following));
        std::string told;
        for (const auto& a : found) {
            told += std::to_string(a.status) + (a.says_close ? "c " : " ");
        }
        std::string expected;
        bool closed = waits;
        auto rest = one.answers;
        for (auto next = take_answer(rest); next.status != 0; next = take_answer(rest)) {
            closed = next.end != ' ';
            expected += std::to_string(next.status) + (closed ? "c " : " ");
        }
        expected += closed ? "" : "200 ";
        BOOST_TEST(told == expected, one.about << ": expected '" << expected << "', is '" << told << "'");
    }
    BOOST_TEST(server.log() == "");
}

BOOST_AUTO_TEST_CASE(a_refusal_arrives_before_a_large_body_is_read)
{
    rill::server_options options;
    options.limits.linger_timeout = 30s; // long, so that it does not end the connection
    running_server server(echo_app(), options);
    constexpr std::size_t large = 4 * 1024 * 1024; // more than fits into the socket buffers of both sides
    // After an early refusal of the head, the server cannot know where the body ends. Therefore it reads only little.
    for (const auto& [head, status, size] : {std::tuple("Content-Length: 8388608\r\n", 413U, large),
                                             std::tuple("Transfer-Encoding: gzip, chunked\r\n", 501U, large),
                                             std::tuple("Content-Length: x\r\n", 400U, std::size_t{16 * 1024})})
    {
        raw_client c(server.port());
        c.send("POST / HTTP/1.1\r\nHost: a\r\n" + std::string(head) + "\r\n");
        // Sends everything before it reads. send() throws if the connection is reset.
        c.send(std::string(size, 'x'));
        c.half_close();
        BOOST_TEST(c.read_to_end());
        const auto found = answers_in(c.received());
        BOOST_REQUIRE(found.size() == 1U);
        BOOST_TEST(found[0].status == status);
        BOOST_TEST(found[0].says_close);
    }
}

BOOST_AUTO_TEST_CASE(a_client_that_sends_endlessly_is_disconnected)
{
    rill::server_options options;
    options.limits.linger_timeout = 200ms;
    running_server server(echo_app(), options);
    raw_client c(server.port());
    c.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n");
    const std::string more(64 * 1024, 'x');
    const bool cut = eventually([&] {
        try {
            c.send(more);
            return false;
        } catch (const std::runtime_error&) {
            return true;
        }
    });
    BOOST_TEST(cut);
    BOOST_TEST(eventually([&] { return server.connections() == 0; }));
}

BOOST_AUTO_TEST_SUITE_END()
