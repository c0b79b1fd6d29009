#include "transport/response_check.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

BOOST_AUTO_TEST_SUITE(response_check)

namespace {

using rill::response;
using rill::status;
using rill::verb;
using rill::transport::check_response;
using rill::transport::framing_of;
using rill::transport::has_forbidden_body;

response four()
{
    return response::text("four");
}

response with_status(unsigned code, std::string body = {})
{
    response r = response::text(std::move(body));
    r.set_status(static_cast<status>(code));
    return r;
}

response streamed()
{
    return response::stream([](rill::response_writer&) -> rill::awaitable<> { co_return; });
}

bool faulty(const response& r, verb method = verb::get)
{
    return !check_response(r, method).fault.empty();
}

bool asks_to_close(const response& r)
{
    return check_response(r, verb::get).closes;
}

} // namespace

BOOST_AUTO_TEST_CASE(ordinary_responses_have_no_fault)
{
    BOOST_TEST(!faulty(four()));
    BOOST_TEST(!faulty(four(), verb::head));
    BOOST_TEST(!faulty(streamed()));
    BOOST_TEST(!faulty(response()));
    BOOST_TEST(!faulty(four().set_header("Server", "other").set_header("Upgrade", "h2c").set_header("X-Date", "x")));
}

BOOST_AUTO_TEST_CASE(statuses_are_checked)
{
    for (const unsigned code : {0U, 1U, 99U, 100U, 101U, 103U, 199U, 1000U, 65536U + 200U}) {
        BOOST_TEST(faulty(with_status(code)), code);
    }
    for (const unsigned code : {200U, 204U, 299U, 304U, 404U, 500U, 599U, 600U, 999U}) {
        BOOST_TEST(!faulty(with_status(code)), code);
    }
    BOOST_TEST(faulty(with_status(401)));
    BOOST_TEST(!faulty(with_status(401).set_header("www-authenticate", "Bearer")));
    BOOST_TEST(faulty(with_status(405)));
    BOOST_TEST(!faulty(with_status(405).set_header("Allow", "GET")));
    BOOST_TEST(!faulty(with_status(405).set_header("allow", ""))); // the list may be empty
    BOOST_TEST(faulty(with_status(426)));
    BOOST_TEST(!faulty(with_status(426).set_header("Upgrade", "HTTP/3.0")));
}

BOOST_AUTO_TEST_CASE(content_length_must_match_the_body)
{
    const auto with_length = [](response r, std::string_view value) {
        return std::move(r.set_header("content-length", value));
    };
    BOOST_TEST(!faulty(with_length(four(), "4")));
    BOOST_TEST(!faulty(with_length(four(), "4"), verb::head));
    BOOST_TEST(faulty(with_length(four(), "5"), verb::head));
    for (const auto* value : {"", "3", "5", "4000", "-4", "+4", "4,4", "4 4", "x", "18446744073709551620"}) {
        BOOST_TEST(faulty(with_length(four(), value)), value);
    }
    auto twice = with_length(four(), "4");
    BOOST_TEST(twice.fields().add("Content-Length", "5").has_value());
    BOOST_TEST(faulty(twice));
    BOOST_TEST(faulty(with_length(streamed(), "4")));
    BOOST_TEST(faulty(with_length(streamed(), "4"), verb::head));
    // In a response without a body, Content-Length may be the length that a response to GET would have.
    BOOST_TEST(!faulty(with_length(with_status(200), "4000"), verb::head));
    BOOST_TEST(faulty(with_length(with_status(200), "4000")));
    BOOST_TEST(faulty(with_length(with_status(200), "x"), verb::head));
    BOOST_TEST(!faulty(with_length(with_status(304), "4000")));
    BOOST_TEST(faulty(with_length(with_status(304), "-1")));
    for (const auto* other : {"4000", "5"}) { // two different lengths are a fault
        auto lengths = with_length(with_status(304), "4000");
        BOOST_TEST(lengths.fields().add("Content-Length", other).has_value());
        BOOST_TEST(faulty(lengths) == (std::string_view(other) == "5"));
        lengths.set_status(status::ok);
        BOOST_TEST(faulty(lengths, verb::head) == (std::string_view(other) == "5"));
    }
    for (const unsigned code : {204U, 205U}) {
        BOOST_TEST(!faulty(with_length(with_status(code), "0")), code);
        BOOST_TEST(faulty(with_length(with_status(code), "4")), code);
        BOOST_TEST(faulty(with_length(with_status(code, "four"), "4")), code);
    }
    rill::response file;
    file.set_body(rill::file_body{{}, 0, 7});
    BOOST_TEST(!faulty(file));
    file.set_header("Content-Length", "7");
    BOOST_TEST(!faulty(file));
    file.set_header("Content-Length", "8");
    BOOST_TEST(faulty(file));
}

BOOST_AUTO_TEST_CASE(fields_of_the_connection_are_faults)
{
    for (const auto* name : {"Transfer-Encoding", "date", "Keep-Alive", "PROXY-CONNECTION", "Trailer", "TE"}) {
        BOOST_TEST(faulty(four().set_header(name, "chunked")), name);
    }
    for (const auto* value : {"x", "close, x", "Content-Length", "\"close\"", "close;a"}) {
        BOOST_TEST(faulty(four().set_header("Connection", value)), value);
    }
    for (const auto* value : {"close", "CLOSE", "keep-alive", "", "upgrade, close"}) {
        BOOST_TEST(!faulty(four().set_header("Connection", value)), value);
    }
}

BOOST_AUTO_TEST_CASE(a_bad_header_makes_the_response_invalid_permanently)
{
    auto r = four().set_header("X", "a\r\nb");
    r.set_status(status::ok);
    r.set_body("hello");
    r.fields() = {};
    BOOST_TEST(faulty(r));
    auto moved = std::move(r);
    BOOST_TEST(faulty(moved));
    moved = four();
    BOOST_TEST(!faulty(moved));
}

BOOST_AUTO_TEST_CASE(asks_to_close_reads_the_connection_field)
{
    BOOST_TEST(!asks_to_close(four()));
    BOOST_TEST(!asks_to_close(four().set_header("Connection", "keep-alive")));
    BOOST_TEST(!asks_to_close(four().set_header("X-Connection", "close")));
    BOOST_TEST(asks_to_close(four().set_header("connection", "keep-alive, CLOSE")));
    auto r = four();
    r.close_connection();
    BOOST_TEST(asks_to_close(r));
}

BOOST_AUTO_TEST_CASE(the_framing_depends_on_body_status_and_version)
{
    const auto framed = [](const response& r, verb method = verb::get, unsigned version = 11) {
        const auto f = framing_of(r, method, version);
        return (f.chunked ? "chunked" : f.content_length ? std::to_string(*f.content_length) : "no") + std::string();
    };
    BOOST_TEST(framed(four()) == "4");
    BOOST_TEST(framed(four(), verb::head) == "4");
    BOOST_TEST(framed(response()) == "0");
    BOOST_TEST(framed(streamed()) == "chunked");
    BOOST_TEST(framed(streamed(), verb::head) == "chunked");
    BOOST_TEST(framed(streamed(), verb::get, 10) == "no");
    BOOST_TEST(framed(response().set_header("Content-Length", "7"), verb::head) == "7");
    BOOST_TEST(framed(with_status(204, "x")) == "no");
    BOOST_TEST(framed(with_status(205, "x")) == "0");
    BOOST_TEST(framed(with_status(304, "x")) == "no");
    BOOST_TEST(framed(with_status(304).set_header("Content-Length", "7")) == "7");
    auto stream = streamed();
    stream.set_status(status::reset_content);
    BOOST_TEST(framed(stream) == "0");
}

BOOST_AUTO_TEST_CASE(a_body_is_forbidden_for_204_205_and_304)
{
    for (const unsigned code : {204U, 205U, 304U}) {
        BOOST_TEST(!has_forbidden_body(with_status(code)), code);
        BOOST_TEST(has_forbidden_body(with_status(code, "x")), code);
        auto stream = streamed();
        stream.set_status(static_cast<status>(code));
        BOOST_TEST(has_forbidden_body(stream), code);
    }
    BOOST_TEST(!has_forbidden_body(four()));
    BOOST_TEST(!has_forbidden_body(streamed()));
}

BOOST_AUTO_TEST_SUITE_END()
