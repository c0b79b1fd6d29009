#include <boost/test/unit_test.hpp>
#include <string>

#include "testing/application.hpp"

namespace testing_connection_test {

namespace {

using rill_test::application;
namespace testing = rill::testing;

struct fixture
{
    testing::server app{application()};
    testing::connection client = app.connect();
};

} // namespace

} // namespace testing_connection_test

BOOST_FIXTURE_TEST_SUITE(testing_connection_test, testing_connection_test::fixture)

BOOST_AUTO_TEST_CASE(serves_several_requests)
{
    BOOST_TEST(client.get("/hello").body == "hello");
    BOOST_TEST(client.post("/echo", "again").body == "again");
    BOOST_TEST(client.request("HEAD", "/hello").body.empty());
    BOOST_TEST(client.get("/none").status == 404);
    BOOST_TEST(app.connections() == 1U);
    client.disconnect();
    BOOST_TEST(app.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(sends_any_bytes)
{
    client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHo");
    BOOST_TEST(client.read_response().body == "hello");
    client.send("st: a\r\n\r\n");
    BOOST_TEST(client.read_response().body == "hello");
    client.send("GET / HTTP/1.1\r\n\r\n");
    const auto bytes = client.receive();
    BOOST_TEST(bytes.starts_with("HTTP/1.1 400 Bad Request\r\n"));
    BOOST_TEST(client.closed());
    BOOST_TEST(app.connections() == 1U); // the server waits for the client
    app.advance(std::chrono::seconds(2));
    BOOST_TEST(app.connections() == 0U);
    BOOST_TEST(!client.was_reset());
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed)
{
    client.get("/hello");
    app.advance(std::chrono::seconds(74));
    BOOST_TEST(!client.closed());
    app.advance(std::chrono::seconds(2));
    BOOST_TEST(client.closed());
    BOOST_CHECK_THROW(client.get("/hello"), testing::no_answer);
}

BOOST_AUTO_TEST_CASE(a_client_may_close_one_side)
{
    client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    client.finish_sending();
    BOOST_CHECK_THROW(client.read_response(), testing::no_answer); // half_close_timeout is 5 s, the handler takes 30 s
    BOOST_TEST((app.now() < std::chrono::seconds(30)));
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read)
{
    client.stop_reading();
    client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST(client.receive().empty());
    client.resume_reading();
    BOOST_TEST(client.receive().ends_with("hello"));
}

BOOST_AUTO_TEST_CASE(a_body_that_is_too_large)
{
    const auto answer = client.post("/echo", std::string(2UL * 1024 * 1024, 'x'));
    BOOST_TEST(answer.status == 413);
}

BOOST_AUTO_TEST_SUITE_END()
