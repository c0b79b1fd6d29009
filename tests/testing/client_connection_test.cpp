#include "testing/client_connection.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>

#include "testing/application.hpp"

namespace testing_client_connection_test {

namespace {

namespace testing = rill::testing;
using testing::detail::client_connection;
using testing::detail::session;

/// Responds with those fields of the request that the kit may add.
rill::router mirror()
{
    rill::router routes;
    const auto fields = [](const rill::request& r) {
        std::string text;
        for (const auto* name : {"Host", "Content-Length", "X"}) {
            text.append(text.empty() ? "" : "|").append(r.header(name).value_or("-"));
        }
        return text;
    };
    routes.get("/", fields);
    routes.post("/", fields);
    return routes;
}

struct fixture
{
    std::shared_ptr<session> server = std::make_shared<session>(mirror(), testing::options{});
    std::shared_ptr<client_connection> client = std::make_shared<client_connection>(server);

    ~fixture() { server->close(); }

    std::string answer(std::string_view method, std::string_view body, const testing::fields& with)
    {
        client->send_request(method, "/", body, with);
        return client->read_response(method).body;
    }
};

} // namespace

} // namespace testing_client_connection_test

BOOST_FIXTURE_TEST_SUITE(testing_client_connection_test, testing_client_connection_test::fixture)

BOOST_AUTO_TEST_CASE(adds_the_necessary_fields)
{
    BOOST_TEST(answer("GET", "", {}) == "localhost|-|-");
    BOOST_TEST(answer("POST", "abc", {}) == "localhost|3|-");
    BOOST_TEST(answer("POST", "", {{"host", "example.org"}, {"X", "y"}}) == "example.org|0|y");
    BOOST_TEST(answer("POST", "0\r\n\r\n", {{"Transfer-Encoding", "chunked"}}) == "localhost|-|-");
}

BOOST_AUTO_TEST_CASE(a_message_has_the_log)
{
    client->send_request("GET", "/", "", {});
    client->leave(testing::departure::reset);
    server->context().log(rill::log_level::warning, "something is wrong");
    BOOST_CHECK_EXCEPTION(client->read_response("GET"), testing::no_answer, [](const testing::no_answer& e) {
        const std::string text = e.what();
        return text.starts_with("rill::testing: the client waited for the head of a response of GET /. The connection "
                                "was reset (received 0 bytes, now 0.0 s)") &&
               text.ends_with("\n  log: something is wrong");
    });
}

BOOST_AUTO_TEST_SUITE_END()
