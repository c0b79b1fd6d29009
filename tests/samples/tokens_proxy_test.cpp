#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <thread>
#include <tokens/app.hpp>

#include "support/client.hpp"
#include "support/connection.hpp"
#include "support/running_server.hpp"
#include "support/scope_count.hpp"

namespace tokens_proxy_test {

namespace {

using namespace std::chrono_literals;

constexpr auto fields = "Content-Type: application/json\r\nAuthorization: Bearer secret\r\n";
constexpr auto target = "/v1/chat/completions";

// An API like OpenAI's. It responds by the body of the request.
struct api
{
    std::atomic<int> streams = 0;
    std::atomic<bool> next = false; ///< whether the second token may be sent

    rill::router app()
    {
        rill::router app;
        app.post("/v1/chat/completions", [this](rill::request& r) { return respond(r); });
        return app;
    }

private:
    rill::response respond(const rill::request& r)
    {
        if (r.header("Authorization") != "Bearer secret") {
            rill::response refused(rill::status::unauthorized, R"({"error":{"code":"invalid_api_key"}})",
                                   "application/json");
            return std::move(refused.set_header("WWW-Authenticate", "Bearer realm=\"api\""));
        }
        if (r.body() == "busy") {
            rill::response busy(rill::status::too_many_requests, R"({"error":{"code":"rate_limit"}})",
                                "application/json");
            busy.set_header("Retry-After", "7").set_header("X-Request-Id", "r1");
            return busy;
        }
        if (r.body() == "whole") {
            return rill::response::json(R"({"choices":[]})");
        }
        auto out = rill::response::stream(
            [this, fails = r.body() == "fails"](rill::response_writer& out) -> rill::awaitable<> {
                const rill_test::scope_count here(streams);
                co_await out.write("data: {\"token\":\"one\"}\n\n");
                if (fails) {
                    throw std::runtime_error("the model has crashed");
                }
                rill::interval every{1ms};
                while (!next) {
                    co_await every.tick();
                }
                co_await out.write("data: {\"token\":\"two\"}\n\ndata: [DONE]\n\n");
            },
            "text/event-stream");
        return out;
    }
};

template <class Condition>
bool eventually(Condition condition)
{
    const auto end = std::chrono::steady_clock::now() + rill_test::client::patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) {
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

struct fixture
{
    api model;
    rill_test::running_server upstream{model.app()};
    rill_test::running_server server{tokens::app({.upstream = upstream.url() + "/v1/"})};
    rill_test::client client{server.port()};
};

} // namespace

} // namespace tokens_proxy_test

BOOST_FIXTURE_TEST_SUITE(tokens_proxy_test, tokens_proxy_test::fixture)

BOOST_AUTO_TEST_CASE(tokens_pass_through_as_they_arrive)
{
    client.request("POST", target, fields, "stream");
    BOOST_TEST(client.status() == 200);
    BOOST_TEST(client.header("content-type") == "text/event-stream");
    const auto first = client.events(1);
    BOOST_REQUIRE(first.size() == 1U);
    BOOST_TEST(first[0].data == R"({"token":"one"})"); // the second one has not been sent
    model.next = true;
    const auto rest = client.events(10);
    BOOST_REQUIRE(rest.size() == 2U);
    BOOST_TEST(rest[1].data == "[DONE]");
}

BOOST_AUTO_TEST_CASE(the_request_is_cancelled_when_the_client_hangs_up)
{
    client.request("POST", target, fields, "stream");
    BOOST_TEST(client.events(1).size() == 1U);
    BOOST_TEST(model.streams == 1);
    client.hang_up();
    BOOST_TEST(eventually([this] { return model.streams == 0; }));
}

BOOST_AUTO_TEST_CASE(errors_of_the_api_reach_the_client)
{
    client.request("POST", target, fields, "busy");
    BOOST_TEST(client.status() == 429);
    BOOST_TEST(client.header("retry-after") == "7");
    BOOST_TEST(client.header("x-request-id") == "r1");
    BOOST_TEST(client.header("content-type") == "application/json");
    BOOST_TEST(client.body() == R"({"error":{"code":"rate_limit"}})");
    client.request("POST", target, "Content-Type: application/json\r\n", "x");
    BOOST_TEST(client.status() == 401);
    BOOST_TEST(client.header("www-authenticate") == "Bearer realm=\"api\"");
    BOOST_TEST(client.body() == R"({"error":{"code":"invalid_api_key"}})");
}

BOOST_AUTO_TEST_CASE(a_response_that_does_not_stream)
{
    client.request("POST", target, fields, "whole");
    BOOST_TEST(client.status() == 200);
    BOOST_TEST(client.body() == R"({"choices":[]})");
}

BOOST_AUTO_TEST_CASE(a_stream_that_fails_does_not_end_as_if_it_were_complete)
{
    client.request("POST", target, fields, "fails");
    BOOST_TEST(client.status() == 200);
    BOOST_CHECK_THROW(client.events(10), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(an_api_that_is_not_there)
{
    upstream.stop();
    client.request("POST", target, fields, "stream");
    BOOST_TEST(client.status() == 502);
    BOOST_TEST(client.header("content-type") == "application/problem+json");
}

BOOST_AUTO_TEST_SUITE_END()
