#include <boost/test/unit_test.hpp>
#include <harness/client/response_scanner.hpp>
#include <string>

using bench::response_scanner;
using step = response_scanner::step;

BOOST_AUTO_TEST_SUITE(response_scanner_test)

namespace {

/// Appends the parsed response as text: "200+" for the head of an event stream, "200" for another head, then the body,
/// "." for its end, and "!" for a malformed response.
void scan(response_scanner& scanner, std::string_view bytes, std::string& found)
{
    for (;;) {
        std::string_view body;
        switch (scanner.next(bytes, body)) {
        case step::more:
            BOOST_TEST(bytes.empty());
            return;
        case step::head:
            BOOST_TEST(scanner.has_head());
            found += std::to_string(scanner.status()) + (scanner.is_event_stream() ? "+" : "") + ":";
            break;
        case step::body:
            BOOST_TEST(!body.empty());
            found += body;
            break;
        case step::end:
            found += found.ends_with(".") ? "" : ".";
            return;
        case step::malformed:
            found += found.ends_with("!") ? "" : "!";
            return;
        }
    }
}

std::string scanned(std::string_view bytes)
{
    response_scanner scanner;
    std::string found;
    scan(scanner, bytes, found);
    return found;
}

constexpr std::string_view stream_head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";

} // namespace

BOOST_AUTO_TEST_CASE(a_body_until_the_end_of_the_connection)
{
    BOOST_TEST(scanned(std::string(stream_head) + "\r\nabc") == "200+:abc");
    BOOST_TEST(scanned("HTTP/1.0 200 OK\r\n\r\nabc") == "200:abc");
    BOOST_TEST(scanned("HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\n\r\n") == "500:");
    BOOST_TEST(scanned("HTTP/1.1 200\n\nabc") == "200:abc"); // RFC 9112, 2.2 allows a lone LF as line end
}

BOOST_AUTO_TEST_CASE(field_names_and_types_in_any_case_with_parameters)
{
    BOOST_TEST(scanned("HTTP/1.1 200 OK\r\ncONTENT-tYPE:\tText/Event-Stream; charset=utf-8\r\n\r\n") == "200+:");
    BOOST_TEST(scanned("HTTP/1.1 200 OK\r\nContent-Type: text/event\r\n\r\n") == "200:");
    BOOST_TEST(scanned("HTTP/1.1 200 OK\r\nX-Content-Type: text/event-stream\r\n\r\n") == "200:");
    BOOST_TEST(scanned("HTTP/1.1 200 OK\r\nContent-Type-X: text/event-stream\r\n\r\n") == "200:");
    BOOST_TEST(scanned("HTTP/1.1 200 OK\r\nContent\r\n\r\n") == "200:");
    BOOST_TEST(scanned("HTTP/1.1 200 OK\r\n" + std::string(300, 'x') + ": 1\r\n\r\nb") == "200:b");
}

BOOST_AUTO_TEST_CASE(chunks)
{
    const std::string head = std::string(stream_head) + "Transfer-Encoding: chunked\r\n\r\n";
    BOOST_TEST(scanned(head) == "200+:");
    BOOST_TEST(scanned(head + "3\r\nabc\r\n0a\r\n0123456789\r\n") == "200+:abc0123456789");
    BOOST_TEST(scanned(head + "A;ext=\"x\"\r\n0123456789\r\n0\r\n\r\n") == "200+:0123456789.");
    BOOST_TEST(scanned(head + "1 \r\na\r\n0\r\nTrailer: x\r\nAnother: y\r\n\r\n") == "200+:a.");
    BOOST_TEST(scanned(head + "3\r\n1\r\n\r\n") == "200+:1\r\n");
}

BOOST_AUTO_TEST_CASE(broken_chunks)
{
    const std::string head = std::string(stream_head) + "Transfer-Encoding: gzip, chunked\r\n\r\n";
    BOOST_TEST(scanned(head + "x") == "200+:!");
    BOOST_TEST(scanned(head + "\r\n") == "200+:!");
    BOOST_TEST(scanned(head + "1\r\nab") == "200+:a!");
    BOOST_TEST(scanned(head + "fffffffffffffffff") == "200+:!");
}

BOOST_AUTO_TEST_CASE(sized_bodies)
{
    BOOST_TEST(scanned("HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1") == "404:abc.");
    BOOST_TEST(scanned("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n") == "404:.");
    BOOST_TEST(scanned("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n") == "!");
    BOOST_TEST(scanned("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n") == "!");
    // Transfer-Encoding overrides Content-Length (RFC 9112, 6.3).
    BOOST_TEST(scanned("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n") ==
               "200:abc");
}

BOOST_AUTO_TEST_CASE(interim_responses_are_skipped)
{
    BOOST_TEST(scanned("HTTP/1.1 103 Early Hints\r\nContent-Type: text/event-stream\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx") ==
               "200:x");
}

BOOST_AUTO_TEST_CASE(other_protocols_are_rejected)
{
    BOOST_TEST(scanned("SSH-2.0-OpenSSH\r\n") == "!");
    BOOST_TEST(scanned("HTTP/2.0 200\r\n") == "!");
    BOOST_TEST(scanned("HTTP/1.1 2000\r\n\r\n") == "!");
    BOOST_TEST(scanned("HTTP/1.1 abc\r\n") == "!");
    BOOST_TEST(scanned("data: 1\n\n") == "!");
}

BOOST_AUTO_TEST_CASE(any_cut_gives_the_same_result)
{
    const std::string text = "HTTP/1.1 100 Continue\r\n\r\n" + std::string(stream_head) +
                             "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x\r\nd\r\n0\r\nT: 1\r\n\r\n";
    const auto expected = scanned(text);
    BOOST_TEST(expected == "200+:abcd.");
    for (std::size_t i = 0; i <= text.size(); ++i) {
        for (std::size_t j = i; j <= text.size(); ++j) {
            response_scanner scanner;
            std::string found;
            scan(scanner, std::string_view(text).substr(0, i), found);
            scan(scanner, std::string_view(text).substr(i, j - i), found);
            scan(scanner, std::string_view(text).substr(j), found);
            BOOST_TEST(found == expected);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
