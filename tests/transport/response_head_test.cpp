#include "transport/response_head.hpp"

#include <boost/test/unit_test.hpp>

using rill::status;
using rill::transport::is_bodiless;
using rill::transport::make_response_head;
using rill::transport::may_have_body;

BOOST_AUTO_TEST_SUITE(response_head_test)

namespace {

constexpr std::string_view date = "Sun, 22 Nov 2026 12:00:00 GMT";

rill::headers fields(std::initializer_list<std::pair<std::string_view, std::string_view>> list)
{
    rill::headers h;
    for (const auto& [name, value] : list) {
        BOOST_REQUIRE(h.add(name, value).has_value());
    }
    return h;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_plain_head)
{
    BOOST_TEST(
        make_response_head(status::ok, fields({{"X-A", "b"}, {"X-A", "c"}}), {.content_length = 5}, false, 11, date) ==
        "HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\nServer: rill\r\nX-A: b\r\nX-A: c\r\n"
        "Content-Length: 5\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(framing_of_the_body)
{
    const auto head = [](const rill::transport::framing& f) {
        return make_response_head(status::ok, {}, f, false, 11, date);
    };
    BOOST_TEST(head({.chunked = true}).find("\r\nTransfer-Encoding: chunked\r\n") != std::string::npos);
    BOOST_TEST(head({.chunked = true}).find("Content-Length") == std::string::npos);
    BOOST_TEST(head({.content_length = 0}).find("\r\nContent-Length: 0\r\n") != std::string::npos);
    BOOST_TEST(head({.content_length = UINT64_MAX}).find("\r\nContent-Length: 18446744073709551615\r\n") !=
               std::string::npos);
    BOOST_TEST(head({}).find("Content-Length") == std::string::npos);
    BOOST_TEST(head({}).find("Transfer-Encoding") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(fields_of_the_connection_from_a_handler_are_ignored)
{
    const auto own = fields({{"content-length", "99"},
                             {"Transfer-Encoding", "gzip"},
                             {"CONNECTION", "upgrade"},
                             {"Keep-Alive", "timeout=5"},
                             {"Date", "yesterday"},
                             {"proxy-connection", "close"},
                             {"TE", "trailers"},
                             {"Trailer", "X-T"},
                             {"X-Kept", "yes"}});
    BOOST_TEST(make_response_head(status::ok, own, {.content_length = 1}, false, 11, date) ==
               "HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\nServer: rill\r\nX-Kept: yes\r\n"
               "Content-Length: 1\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(connection_options_that_a_handler_may_set)
{
    BOOST_TEST(make_response_head(status::ok, fields({{"server", "other"}}), {}, false, 11, date) ==
               "HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\nserver: other\r\n\r\n");
    const auto offered = fields({{"upgrade", "h2c"}});
    const auto end = [&](bool close, unsigned version) {
        const auto head = make_response_head(status::ok, offered, {}, close, version, date);
        return head.substr(head.find("upgrade: "));
    };
    BOOST_TEST(end(false, 11) == "upgrade: h2c\r\nConnection: upgrade\r\n\r\n"); // RFC 9110, 7.8
    BOOST_TEST(end(true, 11) == "upgrade: h2c\r\nConnection: close, upgrade\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(the_connection_field_follows_keep_alive)
{
    const auto head = [](bool close, unsigned version) {
        return make_response_head(status::ok, {}, {.content_length = 0}, close, version, date);
    };
    BOOST_TEST(head(false, 11).find("Connection") == std::string::npos);
    BOOST_TEST(head(true, 11).find("\r\nConnection: close\r\n") != std::string::npos);
    BOOST_TEST(head(false, 10).find("\r\nConnection: keep-alive\r\n") != std::string::npos);
    BOOST_TEST(head(true, 10).find("\r\nConnection: close\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(status_lines)
{
    const auto line = [](unsigned code) {
        const auto head = make_response_head(static_cast<status>(code), {}, {}, false, 11, date);
        return head.substr(0, head.find("\r\n"));
    };
    BOOST_TEST(line(404) == "HTTP/1.1 404 Not Found");
    BOOST_TEST(line(299).starts_with("HTTP/1.1 299 ")); // the space is required even without a reason (RFC 9112, 4)
}

BOOST_AUTO_TEST_CASE(statuses_without_a_body)
{
    for (const unsigned code : {100U, 101U, 199U, 204U, 304U}) {
        BOOST_TEST(is_bodiless(static_cast<status>(code)), code);
    }
    BOOST_TEST(!may_have_body(status::no_content));
    BOOST_TEST(!may_have_body(status::reset_content));
    BOOST_TEST(!may_have_body(status::not_modified));
    BOOST_TEST(may_have_body(status::ok));
    for (const unsigned code : {200U, 201U, 205U, 206U, 301U, 400U, 404U, 500U}) {
        BOOST_TEST(!is_bodiless(static_cast<status>(code)), code);
    }
}

BOOST_AUTO_TEST_SUITE_END()
