#include "transport/head_validator.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

BOOST_AUTO_TEST_SUITE(head_validator)

namespace {

using validator = rill::transport::head_validator;
using state = validator::state;

const rill::connection_limits wide;
const rill::connection_limits narrow{.max_target_bytes = 20, .max_head_bytes = 80, .max_body_bytes = 10};

unsigned status_of(const validator& v)
{
    return static_cast<unsigned>(v.rejection().status);
}

/// Returns all results for the bytes in one line.
std::string summary(const validator& v, state outcome)
{
    switch (outcome) {
    case state::need_more:
        return "need_more";
    case state::rejected:
        return std::to_string(status_of(v)) + (v.ended() ? " ended " : " ") + v.rejection().detail;
    case state::complete:
        break;
    }
    return std::to_string(v.size()) + " " + std::to_string(v.version()) + (v.keep_alive() ? " keep" : " close") +
           (v.chunked() ? " chunked " : " ") + std::to_string(v.content_length()) +
           (v.expects_continue() ? " expects " : " ") + v.target() + " " + v.authority();
}

std::string put_whole(std::string_view bytes, const rill::connection_limits& limits)
{
    validator v(limits);
    const auto outcome = v.put(bytes);
    return summary(v, outcome);
}

/// Returns the results for the bytes. They must be the same for each way to cut the bytes.
std::string read(std::string_view bytes, const rill::connection_limits& limits = wide)
{
    auto whole = put_whole(bytes, limits);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        validator in_two(limits);
        auto outcome = in_two.put(bytes.substr(0, cut));
        if (outcome == state::need_more) {
            outcome = in_two.put(bytes);
        }
        BOOST_REQUIRE_EQUAL(summary(in_two, outcome), whole);
    }
    validator bytewise(limits);
    auto outcome = state::need_more;
    for (std::size_t size = 0; size <= bytes.size() && outcome == state::need_more; ++size) {
        outcome = bytewise.put(bytes.substr(0, size));
    }
    BOOST_TEST(summary(bytewise, outcome) == whole);
    return whole;
}

bool refused(std::string_view bytes, unsigned with, const rill::connection_limits& limits = wide)
{
    const auto status = read(bytes, limits).substr(0, 4);
    BOOST_TEST_INFO(status);
    return status == std::to_string(with) + " ";
}

std::string with(std::string_view fields, std::string_view line = "GET / HTTP/1.1")
{
    return std::string(line) + "\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

std::string text(std::size_t size)
{
    return std::string(size, 'x');
}

} // namespace

BOOST_AUTO_TEST_CASE(a_valid_head_is_summarized)
{
    BOOST_TEST(read(with("")) == "27 11 keep 0 / ");
    BOOST_TEST(read(with("") + "what follows") == "27 11 keep 0 / ");
    BOOST_TEST(read("GET /a?b HTTP/1.0\r\n\r\n") == "21 10 close 0 /a?b ");
    BOOST_TEST(read(with("", "GET / HTTP/1.9")) == "27 11 keep 0 / ");
    BOOST_TEST(read(with("Content-Length: 12\r\n")) == "47 11 keep 12 / ");
    BOOST_TEST(read(with("Transfer-Encoding: chunked\r\nConnection: close\r\n")) == "74 11 close chunked 0 / ");
    BOOST_TEST(read(with("Expect: 100-continue\r\n", "POST http://b:1 HTTP/1.1")) == "59 11 keep 0 expects / b:1");
    BOOST_TEST(read(with("", "OPTIONS * HTTP/1.1")) == "31 11 keep 0 * ");
}

BOOST_AUTO_TEST_CASE(an_incomplete_head_or_body_needs_more)
{
    const auto whole = with("Content-Length: 5\r\nX: y\r\n", "POST /a HTTP/1.1");
    validator v(wide);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        BOOST_TEST((v.put(std::string_view(whole).substr(0, size)) == state::need_more), size);
        BOOST_TEST(!v.ended());
    }
    BOOST_TEST((v.put(whole) == state::complete));
    BOOST_TEST(v.ended());
    BOOST_TEST((v.put(whole + "more") == state::complete)); // the result is final
    BOOST_TEST(v.size() == whole.size());
}

BOOST_AUTO_TEST_CASE(a_rejection_is_final)
{
    validator v(wide);
    std::string input = with("Bad\r\n");
    BOOST_TEST((v.put(input) == state::rejected));
    const auto detail = v.rejection().detail;
    for (const auto* more : {"", "X: y\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"}) {
        input += more;
        BOOST_TEST((v.put(input) == state::rejected));
        BOOST_TEST(status_of(v) == 400U);
        BOOST_TEST(v.rejection().detail == detail);
    }
    validator target(wide);
    BOOST_TEST((target.put("GET * HTTP/1.1\r\n") == state::rejected));
    BOOST_TEST((target.put("GET * HTTP/1.1\r\nHost: a\r\n\r\n") == state::rejected));
}

BOOST_AUTO_TEST_CASE(ended_is_true_after_a_complete_refused_head)
{
    // After a complete head the connection reads the body. Otherwise the client could not read the response.
    for (const auto* fields : {"Expect: x\r\n", "Transfer-Encoding: gzip, chunked\r\n",
                               "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"})
    {
        validator v(wide);
        BOOST_TEST((v.put(with(fields)) == state::rejected));
        BOOST_TEST(v.ended(), fields);
    }
    for (const auto* line : {"GET * HTTP/1.1", "CONNECT a:1 HTTP/1.1", "GET / HTTP/2.0"}) {
        validator v(wide);
        BOOST_TEST((v.put(with("", line)) == state::rejected));
        BOOST_TEST(!v.ended(), line);
    }
}

BOOST_AUTO_TEST_CASE(request_lines_are_checked)
{
    for (const auto* line : {"",
                             " ",
                             "GET",
                             "GET ",
                             "GET /",
                             "GET / ",
                             " / HTTP/1.1",
                             "/ HTTP/1.1",
                             "GET  / HTTP/1.1",
                             "GET /  HTTP/1.1",
                             "GET / HTTP/1.1 ",
                             "GET / HTTP/1.1\t",
                             "GET\t/ HTTP/1.1",
                             "GET /\tHTTP/1.1",
                             "GET / a HTTP/1.1",
                             "GET / HTTP/1.1\r",
                             "GET / http/1.1",
                             "GET / HTTP/1",
                             "GET / HTTP/1.",
                             "GET / HTTP/.1",
                             "GET / HTTP/1.11",
                             "GET / HTTP/11.1",
                             "GET / HTTP/1 1",
                             "GET / HTTP/1,1",
                             "GET / HTTP/x.1",
                             "GET / HTTP/1.x",
                             "GET / HTTPS/1.1",
                             "GET / HTTP1.1",
                             "GET HTTP/1.1",
                             "GE,T / HTTP/1.1"})
    {
        BOOST_TEST(refused(with("", line), 400), line);
    }
    for (const auto* line : {"GET / HTTP/0.9", "GET / HTTP/0.0", "GET / HTTP/2.0", "GET / HTTP/3.1", "PRI * HTTP/2.0"})
    {
        BOOST_TEST(refused(with("", line), 505), line);
    }
    for (const auto* method : {"get", "Get", "GETT", "G", "BREW", "!", "0"})
    { // this class does not check whether a method exists
        BOOST_TEST(read(with("", std::string(method) + " / HTTP/1.1")).ends_with(" 11 keep 0 / "), method);
    }
    BOOST_TEST(refused(with("", "CONNECT a:1 HTTP/1.1"), 501));
    BOOST_TEST(refused(with("", "GET https://a/ HTTP/1.1"), 421));
    BOOST_TEST(refused("GET / HTTP/1.1\nHost: a\r\n\r\n", 400));
}

BOOST_AUTO_TEST_CASE(garbage_in_place_of_a_method_is_rejected_at_once)
{
    for (const std::string& bytes : {std::string(1, '\0'), std::string(" "), std::string("\t"), std::string("\n"),
                                     std::string("G\r"), std::string("G("), std::string("\x80"), text(257)})
    {
        BOOST_TEST(refused(bytes, 400), bytes.substr(0, 10));
    }
    BOOST_TEST(read("\x16").ends_with("not TLS"));
    BOOST_TEST(read(text(256)) == "need_more");
    BOOST_TEST(read(text(256) + " / HTTP/1.1\r\n") == "need_more");
    BOOST_TEST(refused(text(257) + " / HTTP/1.1\r\n", 400));
}

BOOST_AUTO_TEST_CASE(target_and_head_have_limits)
{
    const auto get = [](std::size_t size) { return "GET /" + text(size - 1) + " HTTP/1.1\r\n"; };
    BOOST_TEST(read(get(20) + "Host: a\r\n\r\n", narrow).starts_with("46 11"));
    BOOST_TEST(refused(get(21) + "Host: a\r\n\r\n", 414, narrow));
    BOOST_TEST(refused("GET /" + text(100), 414, narrow)); // rejected before the end of the line
    const auto head = [](std::size_t size) { return with("X: " + text(size - 32) + "\r\n"); };
    BOOST_TEST(read(head(80), narrow).starts_with("80 11"));
    BOOST_TEST(refused(head(81), 431, narrow));
    BOOST_TEST(refused("GET / HTTP/1.1\r\nX: " + text(100), 431, narrow));
    std::string many;
    while (many.size() < 100) {
        many += "A: b\r\n";
    }
    BOOST_TEST(refused(with(many), 431, narrow));
    BOOST_TEST(read(with("Content-Length: 10\r\n"), narrow).starts_with("47 11 keep 10"));
    // This class does not limit the body.
    BOOST_TEST(read(with("Content-Length: 11\r\n"), narrow).starts_with("47 11 keep 11"));
    // If the limit of the head is smaller than the limit of the target, the limit of the head applies to the target.
    const rill::connection_limits upside_down{.max_target_bytes = 1000, .max_head_bytes = 40};
    BOOST_TEST(refused("GET /" + text(100), 414, upside_down));
}

// A TLS record may contain no LF. The validator must not wait for one.
BOOST_AUTO_TEST_CASE(a_bare_cr_is_rejected_before_its_line_ends)
{
    for (const auto* bytes : {"GET /\rX", "GET / HTTP/1.1\rH", "GET / HTTP/1.1\r\r", "GET / HTTP/1.1\r\nHost: a\r\r",
                              "GET / HTTP/1.1\r\nHost: a\rX", "GET / HTTP/1.1\r\n\rX"})
    {
        BOOST_TEST(refused(bytes, 400), bytes);
    }
    // The first of two faults decides the result, even if both arrive in one piece.
    for (std::size_t before = 0; before < 40; ++before) {
        read("GET /" + text(before) + "\r" + text(100), narrow);
        read(with("X: " + text(before + 20) + "\r" + text(100)), narrow);
        read("FOO /" + text(before) + "\r HTTP/1.1\r\n", narrow);
    }
}

BOOST_AUTO_TEST_CASE(the_framing_of_the_body_is_checked)
{
    const auto length = [](std::string_view value) { return with("Content-Length: " + std::string(value) + "\r\n"); };
    BOOST_TEST(read(length("0")).ends_with("keep 0 / "));
    BOOST_TEST(read(length("1048576")).ends_with("keep 1048576 / "));
    for (const auto* value : {"", "+1", "-1", "01", "00", "1,1", "1 1", "1a", "a", "0x1", "18446744073709551616"}) {
        BOOST_TEST(refused(length(value), 400), value);
    }
    BOOST_TEST(read(length("18446744073709551615")).ends_with("keep 18446744073709551615 / "));
    BOOST_TEST(refused(with("Content-Length: 1\r\ncontent-length: 1\r\n"), 400));
    BOOST_TEST(refused(with("Content_Length: 1\r\n"), 400));
    BOOST_TEST(refused(with("Transfer_Encoding: chunked\r\n"), 400));
    const auto coding = [](std::string_view value) {
        return with("Transfer-Encoding: " + std::string(value) + "\r\n");
    };
    for (const auto* value : {"chunked", "CHUNKED", " chunked\t", ",chunked", "chunked,,"}) {
        BOOST_TEST(read(coding(value)).ends_with("keep chunked 0 / "), value);
    }
    for (const auto* value : {"", ",", "chunked, chunked", "chunked, gzip", "chunked;a=b", "chunked;", "\"chunked\"",
                              "chunked x", "chunked\x0b", "gzip", "identity", "xchunked", "gzip, deflate"})
    {
        BOOST_TEST(refused(coding(value), 400), value);
    }
    for (const auto* value : {"gzip, chunked", "gzip;a=b, chunked", "identity, chunked"}) {
        BOOST_TEST(refused(coding(value), 501), value);
    }
    BOOST_TEST(refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400));
    BOOST_TEST(refused(with("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"), 400));
}

BOOST_AUTO_TEST_CASE(some_fields_may_occur_only_once)
{
    BOOST_TEST(refused("GET / HTTP/1.1\r\n\r\n", 400));
    BOOST_TEST(refused(with("Host: a\r\n"), 400));
    BOOST_TEST(refused(with("hOsT: b\r\n"), 400));
    BOOST_TEST(refused("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400));
    BOOST_TEST(refused(with("Content-Type: a/b\r\ncontent-type: a/b\r\n"), 400));
    BOOST_TEST(read(with("Content-Type: a/b\r\nX: y\r\nX: y\r\n")).starts_with("58 "));
}

BOOST_AUTO_TEST_CASE(connection_options_decide_keep_alive)
{
    const auto keeps = [](std::string_view version, std::string_view fields) {
        const auto found = read(with(fields, "GET / HTTP/" + std::string(version)));
        BOOST_TEST(found.find(" 0 / ") != found.npos);
        return found.find("keep") != found.npos;
    };
    BOOST_TEST(keeps("1.1", ""));
    BOOST_TEST(keeps("1.1", "Connection: x\r\nConnection:\r\n"));
    BOOST_TEST(!keeps("1.1", "Connection: CLOSE\r\n"));
    BOOST_TEST(!keeps("1.1", "Connection: keep-alive\r\nConnection: x,, close,\r\n"));
    BOOST_TEST(keeps("1.0", "Connection: x, Keep-Alive\r\n"));
    BOOST_TEST(!keeps("1.0", "Connection: keep-alive, close\r\n"));
    BOOST_TEST(keeps("1.1", "Connection: closed\r\n"));
    BOOST_TEST(refused(with("Connection: a b\r\n"), 400));
}

BOOST_AUTO_TEST_CASE(expectations_are_checked)
{
    BOOST_TEST(read(with("Expect: 100-CONTINUE\r\n")).ends_with(" expects / "));
    for (const auto* value : {"", "x", "100", "100-continue, x", "100-continue=1", "100-continue;a"}) {
        BOOST_TEST(refused(with("Expect: " + std::string(value) + "\r\n"), 417), value);
    }
    BOOST_TEST(refused(with("Expect: 100-continue\r\nExpect: x\r\n"), 417));
    BOOST_TEST(read("GET / HTTP/1.0\r\nExpect: x\r\n\r\n").ends_with("close 0 / "));
    BOOST_TEST(read("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").ends_with("close 0 / "));
}

BOOST_AUTO_TEST_SUITE_END()
