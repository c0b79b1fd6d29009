#include "testing/response_reader.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

namespace testing_response_reader_test {

namespace {

using rill::testing::detail::response_reader;

constexpr std::string_view chunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";

} // namespace

} // namespace testing_response_reader_test

BOOST_AUTO_TEST_SUITE(testing_response_reader_test)

BOOST_AUTO_TEST_CASE(reads_bytes_one_by_one)
{
    response_reader reader;
    std::string body;
    for (const char c : chunked) {
        BOOST_TEST(!reader.is_complete());
        reader.feed({&c, 1});
        body += reader.take_body();
    }
    BOOST_TEST(reader.is_complete());
    BOOST_TEST(reader.status() == 200);
    BOOST_TEST(reader.headers().get("transfer-encoding").value() == "chunked");
    BOOST_TEST(body == "abcde");
}

BOOST_AUTO_TEST_CASE(returns_the_body_while_it_arrives)
{
    response_reader reader;
    reader.feed(chunked.substr(0, 55));
    BOOST_TEST(reader.has_head());
    BOOST_TEST(reader.take_body() == "abc");
    BOOST_TEST(!reader.is_complete());
    reader.feed(chunked.substr(55));
    BOOST_TEST(reader.take_body() == "de");
    BOOST_TEST(reader.is_complete());
}

BOOST_AUTO_TEST_CASE(reads_one_response_after_another)
{
    response_reader reader;
    reader.feed(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 204 No Content\r\n\r\n!");
    BOOST_TEST(reader.status() == 200);
    BOOST_TEST(reader.take_body() == "hi");
    reader.begin("GET");
    BOOST_TEST(reader.is_complete());
    BOOST_TEST(reader.status() == 204);
    BOOST_TEST(reader.take_unparsed() == "!");
}

BOOST_AUTO_TEST_CASE(a_response_to_head_has_no_body)
{
    response_reader reader;
    reader.begin("HEAD");
    reader.feed("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    BOOST_TEST(reader.is_complete());
}

BOOST_AUTO_TEST_CASE(the_end_of_the_connection)
{
    response_reader to_the_end;
    to_the_end.feed("HTTP/1.0 200 OK\r\n\r\nall");
    BOOST_TEST(!to_the_end.is_complete());
    to_the_end.finish();
    BOOST_TEST(to_the_end.is_complete());
    BOOST_TEST(to_the_end.take_body() == "all");

    response_reader cut;
    cut.feed(chunked.substr(0, chunked.size() - 1));
    cut.finish();
    BOOST_TEST(!cut.is_complete());
    BOOST_TEST(cut.failure().has_value());

    response_reader none;
    none.finish();
    BOOST_TEST(none.failure().has_value());

    response_reader reset;
    reset.feed("HTTP/1.0 200 OK\r\n\r\npart");
    reset.finish(true);
    BOOST_TEST(!reset.is_complete());
}

BOOST_AUTO_TEST_CASE(reports_what_is_not_http)
{
    response_reader reader;
    reader.feed("220 mail.example ESMTP\r\n");
    BOOST_TEST(reader.failure().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
