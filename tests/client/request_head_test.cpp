#include "client/request_head.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(request_head_test)

using rill::verb;
using rill::client::parse_url;
using rill::client::request;
using rill::client::detail::request_head;

BOOST_AUTO_TEST_CASE(the_client_decides_about_the_fields_of_the_connection)
{
    request r("http://h:81/x?y#z");
    for (const auto* name : {"Host", "content-length", "Transfer-Encoding", "Connection", "X-Own"}) {
        BOOST_REQUIRE(r.headers.set(name, "1").has_value());
    }
    BOOST_TEST(request_head(r, parse_url(r.url).value()) ==
               "GET /x?y HTTP/1.1\r\nHost: h:81\r\nX-Own: 1\r\nAccept: */*\r\nAccept-Encoding: identity\r\nUser-Agent: "
               "rill\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(the_length_of_the_body)
{
    const auto head = [](const request& r) { return request_head(r, parse_url(r.url).value()); };
    const auto has = [](const std::string& text, const char* line) { return text.find(line) != text.npos; };
    BOOST_TEST(has(head(request("http://h/", verb::post)), "\r\nContent-Length: 0\r\n"));
    BOOST_TEST(has(head(request("http://h/", verb::put, "abc")), "\r\nContent-Length: 3\r\n"));
    BOOST_TEST(!has(head(request("http://h/", verb::delete_)), "Content-Length"));
    request streamed("http://h/", verb::post, "ignored");
    streamed.stream_body = [](rill::client::body_writer&) -> rill::awaitable<rill::result<void>> {
        co_return rill::result<void>();
    };
    BOOST_TEST(has(head(streamed), "\r\nTransfer-Encoding: chunked\r\n"));
    BOOST_TEST(!has(head(streamed), "Content-Length"));
}

BOOST_AUTO_TEST_CASE(defaults_may_be_replaced)
{
    request r("http://[::1]/");
    BOOST_REQUIRE(r.headers.set("accept", "text/plain").has_value());
    BOOST_REQUIRE(r.headers.set("user-agent", "me").has_value());
    BOOST_REQUIRE(r.headers.set("accept-encoding", "br").has_value());
    BOOST_TEST(request_head(r, parse_url(r.url).value()) ==
               "GET / HTTP/1.1\r\nHost: [::1]\r\naccept: text/plain\r\nuser-agent: me\r\naccept-encoding: br\r\n\r\n");
}

BOOST_AUTO_TEST_SUITE_END()
