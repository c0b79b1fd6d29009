#include "transport/request_parser.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using rill::status;
using rill::transport::request_parser;

BOOST_AUTO_TEST_SUITE(request_parser_test)

namespace {

using state = request_parser::state;

const rill::connection_limits default_limits;

struct parsed
{
    state outcome = state::need_more;
    rill::request request;
    bool keep_alive = false;
    rill::problem rejection;
    std::string rest;
    bool asked_to_continue = false;
};

void finish(request_parser& parser, parsed& p)
{
    if (p.outcome == state::complete) {
        p.request = parser.take();
        p.keep_alive = parser.keep_alive();
    } else if (p.outcome == state::rejected) {
        p.rejection = parser.rejection();
    }
}

/// Continues after the head, as the connection does for a handler that gets the whole body.
state put(request_parser& parser, std::string& input)
{
    const auto outcome = parser.put(input);
    return outcome == state::head ? parser.put(input) : outcome;
}

parsed parse(std::string input, const rill::connection_limits& limits = default_limits)
{
    request_parser parser(limits);
    parsed p;
    p.outcome = put(parser, input);
    if (p.outcome == state::wants_continue) {
        p.asked_to_continue = true;
    }
    p.rest = input;
    finish(parser, p);
    return p;
}

parsed parse_bytewise(const std::string& input, const rill::connection_limits& limits = default_limits)
{
    request_parser parser(limits);
    parsed p;
    std::string buffer;
    for (std::size_t i = 0; i < input.size(); ++i) {
        buffer.push_back(input[i]);
        p.outcome = put(parser, buffer);
        if (p.outcome == state::wants_continue) {
            p.asked_to_continue = true;
        } else if (p.outcome != state::need_more) {
            p.rest = buffer + input.substr(i + 1);
            finish(parser, p);
            return p;
        }
    }
    return p;
}

status rejected_with(const std::string& input, const rill::connection_limits& limits = default_limits)
{
    const auto p = parse(input, limits);
    BOOST_REQUIRE_MESSAGE(p.outcome == state::rejected, input.substr(0, 200));
    const auto bytewise = parse_bytewise(input, limits);
    BOOST_REQUIRE(bytewise.outcome == state::rejected);
    BOOST_TEST(static_cast<unsigned>(bytewise.rejection.status) == static_cast<unsigned>(p.rejection.status));
    return p.rejection.status;
}

std::string get(std::string_view more = "", std::string_view target = "/")
{
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(more) + "\r\n";
}

const std::vector<std::string> good_requests{
    get(),
    get("X-A: b\r\nX-A: c\r\nCookie: d=e\r\n", "/path/x?y=z"),
    "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
    "POST /p HTTP/1.1\r\nHost: a\r\ntransfer-encoding: Chunked\r\n\r\nA;x=y\r\n0123456789\r\n0\r\nX-T: t\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\n",
    "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
};

} // namespace

BOOST_AUTO_TEST_CASE(byte_by_byte_gives_the_same_requests)
{
    for (const auto& text : good_requests) {
        const auto whole = parse(text);
        const auto bytewise = parse_bytewise(text);
        BOOST_REQUIRE_MESSAGE(whole.outcome == state::complete, text);
        BOOST_REQUIRE_MESSAGE(bytewise.outcome == state::complete, text);
        BOOST_TEST(whole.rest.empty());
        BOOST_TEST(bytewise.rest.empty());
        BOOST_TEST(whole.keep_alive == bytewise.keep_alive);
        const auto& a = whole.request;
        const auto& b = bytewise.request;
        BOOST_TEST((a.method() == b.method()));
        BOOST_TEST(a.target() == b.target());
        BOOST_TEST(a.version() == b.version());
        BOOST_TEST(a.body() == b.body());
        BOOST_REQUIRE_EQUAL(a.fields().size(), b.fields().size());
        for (auto i = a.fields().begin(), j = b.fields().begin(); i != a.fields().end(); ++i, ++j) {
            BOOST_TEST(i->name == j->name);
            BOOST_TEST(i->value == j->value);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_request_has_its_parts)
{
    const auto p = parse("POST /a/b?c=d HTTP/1.1\r\nHost: h\r\nX-A:  b \r\nContent-Length: 5\r\n\r\nhello");
    BOOST_REQUIRE(p.outcome == state::complete);
    BOOST_TEST((p.request.method() == rill::verb::post));
    BOOST_TEST(p.request.target() == "/a/b?c=d");
    BOOST_TEST(p.request.version() == 11U);
    BOOST_TEST(p.request.header("x-a").value() == "b");
    BOOST_TEST(p.request.body() == "hello");
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_taken_one_by_one)
{
    std::string input;
    for (const auto& text : good_requests) {
        input += text;
    }
    request_parser parser(default_limits);
    for (std::size_t i = 0; i < good_requests.size(); ++i) {
        BOOST_REQUIRE(put(parser, input) == state::complete);
        const auto single = parse(good_requests[i]);
        const auto r = parser.take();
        BOOST_TEST(r.target() == single.request.target());
        BOOST_TEST(r.body() == single.request.body());
    }
    BOOST_TEST(input.empty());
    BOOST_TEST((put(parser, input) == state::need_more));
    BOOST_TEST(!parser.head_done());
}

BOOST_AUTO_TEST_CASE(chunked_bodies)
{
    const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    BOOST_TEST(parse(head + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n").request.body() == "hello world");
    BOOST_TEST((parse(head + "5\r\nhello\r\n").outcome == state::need_more));
    for (const auto* bad :
         {"x\r\nhello\r\n0\r\n\r\n", "5\r\nhelloo\r\n0\r\n\r\n", "-1\r\n\r\n", "\r\n\r\n", "ffffffffffffffffff\r\nx"})
    {
        const auto p = parse(head + bad);
        BOOST_REQUIRE_MESSAGE(p.outcome == state::rejected, bad);
    }
}

BOOST_AUTO_TEST_CASE(trailers_are_not_added_to_the_headers)
{
    // Trailers arrive after the check of the head (RFC 9110, 6.5.1).
    const auto p = parse("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n"
                         "X-T: t\r\nSet-Cookie: a=b\r\n\r\n");
    BOOST_REQUIRE(p.outcome == state::complete);
    BOOST_TEST(p.request.body() == "x");
    BOOST_TEST(!p.request.header("X-T").has_value());
    BOOST_TEST(p.request.fields().size() == 2U);
}

BOOST_AUTO_TEST_CASE(target_head_and_body_have_limits)
{
    const rill::connection_limits small{.max_target_bytes = 20, .max_head_bytes = 200, .max_body_bytes = 10};
    BOOST_TEST((parse(get("", "/" + std::string(19, 'x')), small).outcome == state::complete));
    BOOST_TEST((rejected_with(get("", "/" + std::string(20, 'x')), small) == status::uri_too_long));
    // The line has no end yet.
    BOOST_TEST((rejected_with("GET /" + std::string(500, 'x'), small) == status::uri_too_long));
    BOOST_TEST(
        (rejected_with(get("X: " + std::string(300, 'x') + "\r\n"), small) == status::request_header_fields_too_large));
    BOOST_TEST((rejected_with("GET / HTTP/1.1\r\nX: " + std::string(300, 'x'), small) ==
                status::request_header_fields_too_large));
    BOOST_TEST((rejected_with("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", small) ==
                status::payload_too_large));
    BOOST_TEST((parse("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789", small).outcome ==
                state::complete));
    BOOST_TEST(
        (rejected_with("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n6\r\n012345\r\n",
                       small) == status::payload_too_large));
}

// Found by tests/fuzz/request.cpp.
BOOST_AUTO_TEST_CASE(garbage_above_the_limit_of_the_head_is_not_read)
{
    rill::connection_limits limits;
    limits.max_head_bytes = 96;
    const auto uri_too_long = static_cast<unsigned>(status::uri_too_long);
    BOOST_TEST(static_cast<unsigned>(rejected_with(std::string(97, 'x') + "\xff", limits)) == uri_too_long);
}

BOOST_AUTO_TEST_CASE(exactly_one_host)
{
    BOOST_TEST((rejected_with("GET / HTTP/1.1\r\n\r\n") == status::bad_request));
    BOOST_TEST((rejected_with("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n") == status::bad_request));
    BOOST_TEST((rejected_with("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n") == status::bad_request));
    BOOST_TEST((parse("GET / HTTP/1.0\r\n\r\n").outcome == state::complete));
    // An http URI always has a host (RFC 9110, 4.2.1). RFC 9112, 3.2 allows an empty Host only for other URIs.
    BOOST_TEST((rejected_with("GET / HTTP/1.1\r\nHost:\r\n\r\n") == status::bad_request));
}

BOOST_AUTO_TEST_CASE(ambiguous_framing_is_rejected)
{
    const auto post = [](const std::string& fields, const std::string& version = "1.1") {
        return "POST / HTTP/" + version + "\r\nHost: a\r\n" + fields + "\r\n";
    };
    BOOST_TEST((rejected_with(post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")) == status::bad_request));
    BOOST_TEST((rejected_with(post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")) == status::bad_request));
    BOOST_TEST((rejected_with(post("Transfer-Encoding: chunked\r\n", "1.0")) == status::bad_request));
    BOOST_TEST((rejected_with(post("Content-Length: 5\r\nContent-Length: 6\r\n")) == status::bad_request));
    for (const auto* length : {"-1", "+5", "5x", "0x5", "99999999999999999999999"}) {
        BOOST_TEST((rejected_with(post("Content-Length: " + std::string(length) + "\r\n")) == status::bad_request),
                   length);
    }
    for (const auto* coding : {"gzip", "gzip, chunked", "chunked, chunked", "identity", "xchunked", "chunked, gzip"}) {
        const auto answer = rejected_with(post("Transfer-Encoding: " + std::string(coding) + "\r\n"));
        BOOST_TEST((answer == status::not_implemented || answer == status::bad_request), coding);
    }
}

BOOST_AUTO_TEST_CASE(targets_are_checked)
{
    const auto target = [](const std::string& t) {
        const auto p = parse(get("", t));
        return p.outcome == state::complete ? std::string(p.request.target())
                                            : std::to_string(static_cast<unsigned>(p.rejection.status));
    };
    BOOST_TEST(target("/") == "/");
    BOOST_TEST(target("/a?b") == "/a?b");
    BOOST_TEST(target("http://host/a?b") == "/a?b");
    BOOST_TEST(target("HTTP://host:8080/a") == "/a");
    BOOST_TEST(target("https://host/a") == "421"); // https needs a secured connection (RFC 9110, 7.4)
    BOOST_TEST(target("http://host") == "/");
    BOOST_TEST(target("http://host?b") == "/?b");
    BOOST_TEST(target("*") == "400"); // "*" is valid only with OPTIONS
    BOOST_TEST(target("relative") == "400");
    BOOST_TEST(target("ftp://host/a") == "400");
    BOOST_TEST(target("http://") == "400");
    BOOST_TEST(target("/\x7f") == "400");
    BOOST_TEST(target("/\xc3\xa4") == "400");
}

BOOST_AUTO_TEST_CASE(the_host_of_an_absolute_target_replaces_the_host_field)
{
    const auto p = parse(get("", "http://b:81/x")); // with "Host: a" (RFC 9112, 3.2.2)
    BOOST_REQUIRE(p.outcome == state::complete);
    BOOST_TEST(p.request.header("Host").value() == "b:81");
    BOOST_TEST(p.request.fields().size() == 1U);
    BOOST_TEST(p.request.target() == "/x");
}

BOOST_AUTO_TEST_CASE(versions_are_checked)
{
    for (const auto* version : {"0.9", "2.0", "3.0"}) {
        BOOST_TEST((rejected_with("GET / HTTP/" + std::string(version) + "\r\nHost: a\r\n\r\n") ==
                    status::http_version_not_supported),
                   version);
    }
    for (const auto* line :
         {"GET /\r\n\r\n", "GET / HTTP\r\n\r\n", "GET / http/1.1\r\n\r\n", "GET / HTTP/1.1 x\r\n\r\n"})
    {
        const auto answer = rejected_with(line);
        BOOST_TEST((answer == status::http_version_not_supported || answer == status::bad_request), line);
    }
    BOOST_TEST(parse("GET / HTTP/1.0\r\n\r\n").request.version() == 10U);
    BOOST_TEST(parse("GET / HTTP/1.2\r\nHost: a\r\n\r\n").request.version() == 11U); // RFC 9110, 2.5
}

BOOST_AUTO_TEST_CASE(methods_have_names)
{
    const auto brew = parse("BREW / HTTP/1.1\r\nHost: a\r\n\r\n").request;
    BOOST_TEST((brew.method() == rill::verb::unknown));
    BOOST_TEST(brew.method_name() == "BREW");
    BOOST_TEST(parse("PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n").request.method_name() == "PROPFIND");
}

BOOST_AUTO_TEST_CASE(a_rejection_by_the_caller_is_final)
{
    const rill::connection_limits limits;
    request_parser parser(limits);
    std::string input = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nbod";
    BOOST_TEST((parser.put(input) == request_parser::state::head));
    BOOST_TEST((parser.put(input) == request_parser::state::need_more));
    BOOST_TEST(parser.body_size() == 3U);
    BOOST_TEST((parser.refuse({.status = status::service_unavailable}) == request_parser::state::rejected));
    input = "y rest";
    BOOST_TEST((parser.put(input) == request_parser::state::rejected));
    BOOST_TEST((parser.rejection().status == status::service_unavailable));
    BOOST_TEST(parser.head_ended());
}

BOOST_AUTO_TEST_CASE(expectations_are_reported_once)
{
    const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n";
    {
        request_parser parser(default_limits);
        std::string input = head;
        BOOST_TEST((put(parser, input) == state::wants_continue));
        BOOST_TEST(parser.head_done());
        BOOST_TEST((put(parser, input) == state::need_more)); // reported once
        input = "hi";
        BOOST_TEST((put(parser, input) == state::complete));
        BOOST_TEST(parser.take().body() == "hi");
    }
    BOOST_TEST((parse(head + "h").outcome == state::need_more)); // the client does not wait for 100 Continue
    BOOST_TEST((parse(head + "hi").outcome == state::complete));
    BOOST_TEST(parse_bytewise(head + "hi").asked_to_continue);
    BOOST_TEST((parse(get("Expect: 100-continue\r\n")).outcome == state::complete)); // the request has no body
    BOOST_TEST((rejected_with(get("Expect: cake\r\n")) == status::expectation_failed));
}

BOOST_AUTO_TEST_CASE(expectations_of_http_1_0_are_ignored)
{
    // A client of HTTP/1.0 does not understand interim responses (RFC 9110, 10.1.1).
    const std::string head = "POST / HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
    BOOST_TEST((parse(head).outcome == state::need_more));
    BOOST_TEST((parse(head + "hi").outcome == state::complete));
    BOOST_TEST((parse("GET / HTTP/1.0\r\nExpect: cake\r\n\r\n").outcome == state::complete));
}

BOOST_AUTO_TEST_CASE(empty_lines_before_a_request_are_skipped)
{
    BOOST_TEST((parse("\r\n\r\n" + get()).outcome == state::complete));
    request_parser parser(default_limits);
    std::string input = "\r\n\r\n";
    BOOST_TEST((put(parser, input) == state::need_more));
    BOOST_TEST(input.empty()); // the parser has removed the empty lines
    input = "\r";
    BOOST_TEST((put(parser, input) == state::need_more));
    input += "\n" + get();
    BOOST_TEST((put(parser, input) == state::complete));
}

BOOST_AUTO_TEST_CASE(garbage_is_rejected_before_the_end_of_the_line)
{
    const auto tls = parse("\x16\x03\x01");
    BOOST_TEST((tls.outcome == state::rejected));
    BOOST_TEST((tls.rejection.status == status::bad_request));
    BOOST_TEST(tls.rejection.detail == "this port speaks HTTP, not TLS");
    BOOST_TEST((rejected_with(std::string(1, '\0')) == status::bad_request));
    BOOST_TEST((rejected_with("\r\n\x7f") == status::bad_request));
    BOOST_TEST((rejected_with(" ") == status::bad_request));
    BOOST_TEST((parse("\r\nG").outcome == state::need_more));
}

BOOST_AUTO_TEST_CASE(garbage_is_rejected)
{
    const std::string tls_hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
    for (const std::string& garbage :
         {tls_hello + std::string(600, '\x07') + "\r\n\r\n", std::string("\0\0\0\0\r\n\r\n", 8),
          std::string("hello\r\n\r\n"), std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
          std::string("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"), std::string("GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
          std::string("GET / HTTP/1.1\r\nno colon\r\n\r\n"),
          std::string("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 35),
          std::string("GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n"),
          std::string("GET / HTTP/1.1\r\n: a\r\nHost: a\r\n\r\n")})
    {
        const auto p = parse(garbage);
        BOOST_TEST((p.outcome == state::rejected), garbage);
        BOOST_TEST(static_cast<unsigned>(p.rejection.status) >= 400U);
        BOOST_TEST(static_cast<unsigned>(p.rejection.status) <= 505U);
    }
    // Without a line end, the limit of the head applies.
    BOOST_TEST((parse(std::string(20'000, 'x')).outcome == state::rejected));
}

BOOST_AUTO_TEST_CASE(a_rejection_is_final)
{
    for (const auto& bad : {get("Bad\r\n"), get("Transfer-Encoding: chunked\r\n") + "g\r\n", std::string("\r\n ")}) {
        request_parser parser(default_limits);
        std::string input = bad;
        BOOST_TEST((put(parser, input) == state::rejected), bad);
        for (const auto& more : {std::string(), std::string("\r\n"), get(), "0\r\n\r\n" + get()}) {
            input = more;
            BOOST_TEST((put(parser, input) == state::rejected), bad);
            BOOST_TEST(input == more); // the parser removes no bytes
            BOOST_TEST(!parser.keep_alive());
            BOOST_TEST((parser.rejection().status == status::bad_request));
        }
    }
}

BOOST_AUTO_TEST_CASE(keep_alive_follows_version_and_connection_options)
{
    const auto keeps = [](const std::string& version, const std::string& fields) {
        const auto p = parse("GET / HTTP/" + version + "\r\nHost: a\r\n" + fields + "\r\n");
        BOOST_REQUIRE(p.outcome == state::complete);
        return p.keep_alive;
    };
    BOOST_TEST(keeps("1.1", ""));
    BOOST_TEST(!keeps("1.1", "Connection: close\r\n"));
    BOOST_TEST(!keeps("1.1", "Connection: x, Close\r\n"));
    BOOST_TEST(keeps("1.1", "Connection: keep-alive\r\n"));
    BOOST_TEST(!keeps("1.0", ""));
    BOOST_TEST(keeps("1.0", "Connection: Keep-Alive\r\n"));
    BOOST_TEST(!keeps("1.0", "Connection: close\r\n"));
}

BOOST_AUTO_TEST_CASE(a_head_is_reported_before_its_body_is_read)
{
    for (const auto* framing :
         {"Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"})
    {
        request_parser parser(default_limits);
        std::string input = "POST /p HTTP/1.1\r\nHost: a\r\n" + std::string(framing);
        const auto body = input.substr(input.find("\r\n\r\n") + 4);
        BOOST_TEST((parser.put(input) == state::head));
        BOOST_TEST(parser.head().target() == "/p");
        BOOST_TEST(input == body);
        BOOST_TEST((parser.put(input) == state::complete)); // reported once
        BOOST_TEST(parser.take().body() == "hello");
    }
    for (const auto* none : {"", "Content-Length: 0\r\n", "Expect: 100-continue\r\n"}) {
        request_parser parser(default_limits);
        auto input = get(none);
        BOOST_TEST((parser.put(input) == state::complete), none);
    }
}

BOOST_AUTO_TEST_CASE(the_caller_may_read_the_body)
{
    request_parser parser(default_limits);
    std::string input = "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
    BOOST_REQUIRE(parser.put(input) == state::head);
    BOOST_TEST(parser.expects_continue());
    BOOST_TEST(parser.announced_size().value() == 5U);
    BOOST_TEST(parser.missing() == 5U);
    const auto r = parser.take_head();
    BOOST_TEST(r.target() == "/p");
    BOOST_TEST(r.body().empty());
    std::string body;
    std::string_view bytes = "hel";
    BOOST_TEST((parser.read_body(bytes, body) == state::need_more));
    BOOST_TEST(bytes.empty());
    BOOST_TEST(parser.missing() == 2U);
    bytes = "loGET";
    BOOST_TEST((parser.read_body(bytes, body) == state::complete));
    BOOST_TEST(bytes == "GET");
    BOOST_TEST(body == "hello");
    BOOST_TEST(parser.missing() == 0U);
    input = get("", "/next");
    BOOST_TEST((parser.put(input) == state::complete)); // the next request
    BOOST_TEST(parser.take().target() == "/next");
}

BOOST_AUTO_TEST_CASE(a_body_that_the_caller_reads_has_the_limit_of_the_caller)
{
    const rill::connection_limits small{.max_body_bytes = 4};
    const std::string head = "POST / HTTP/1.1\r\nHost: a\r\n";
    request_parser sized(small);
    std::string input = head + "Content-Length: 5\r\n\r\n";
    BOOST_REQUIRE(sized.put(input) == state::head); // not 413
    std::string body;
    std::string_view bytes = "hello";
    BOOST_TEST((sized.read_body(bytes, body) == state::complete));
    request_parser chunked(small);
    input = head + "Transfer-Encoding: chunked\r\n\r\n";
    BOOST_REQUIRE(chunked.put(input) == state::head);
    BOOST_TEST(!chunked.announced_size().has_value());
    BOOST_TEST(chunked.missing() == 1U);
    chunked.set_body_limit(8);
    bytes = "5\r\nhello\r\n4\r\n";
    BOOST_TEST((chunked.read_body(bytes, body) == state::rejected));
    BOOST_TEST(body == "hellohello");
    BOOST_TEST((chunked.rejection().status == status::payload_too_large));
    BOOST_TEST((chunked.read_body(bytes, body) == state::rejected)); // the rejection is final
    BOOST_TEST(!chunked.keep_alive());
}

BOOST_AUTO_TEST_SUITE_END()
