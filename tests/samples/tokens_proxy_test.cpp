#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <rill/testing.hpp>
#include <string>
#include <thread>
#include <tokens/app.hpp>

#include "support/scope_count.hpp"

namespace tokens_proxy_test {

namespace {

using namespace std::chrono_literals;

namespace asio = boost::asio;
namespace testing = rill::testing;

const testing::fields fields{{"Content-Type", "application/json"}, {"Authorization", "Bearer secret"}};
constexpr auto target = "/v1/chat/completions";

// An API like OpenAI's. It responds by the body of the request.
struct api
{
    std::atomic<int> streams = 0;
    bool next = false; ///< whether the second token may be sent

    rill::router app()
    {
        rill::router app;
        app.post("/v1/chat/completions", [this](rill::request& r) { return respond_later(r); });
        return app;
    }

private:
    rill::awaitable<rill::response> respond_later(rill::request& r)
    {
        if (r.body() == "never") {
            co_await rill::sleep_for(1h);
        }
        co_return respond(r);
    }

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

/// A server on a real socket. It reads the head of one request and sends this response, even if rill would not send it.
class raw_api
{
public:
    explicit raw_api(std::string response) : thread_([this, response] { serve(response); }) {}
    raw_api(const raw_api&) = delete;
    raw_api& operator=(const raw_api&) = delete;
    ~raw_api()
    {
        rill::error_code ignored; // ends accept() if no client has come
        asio::ip::tcp::socket(io_).connect(acceptor_.local_endpoint(), ignored);
        thread_.join();
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/v1"; }

private:
    void serve(const std::string& response)
    {
        auto client = acceptor_.accept();
        std::string input;
        rill::error_code failed;
        asio::read_until(client, asio::dynamic_buffer(input), "\r\n\r\n", failed);
        asio::write(client, asio::buffer(response), failed);
        while (!failed) { // until the client closes the connection
            client.read_some(asio::buffer(input), failed);
        }
    }

    asio::io_context io_;
    asio::ip::tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
    std::thread thread_;
};

struct fixture
{
    api model;
    testing::server upstream{model.app()};
    testing::server server{tokens::app({.upstream = "http://model.test/v1/"}),
                           {.upstreams = {{"model.test", upstream}}}};
};

} // namespace

} // namespace tokens_proxy_test

BOOST_FIXTURE_TEST_SUITE(tokens_proxy_test, tokens_proxy_test::fixture)

BOOST_AUTO_TEST_CASE(tokens_pass_through_as_they_arrive)
{
    auto stream = server.open("POST", target, "stream", fields);
    BOOST_TEST(stream.status() == 200);
    BOOST_TEST(stream.head().header("Content-Type") == "text/event-stream");
    BOOST_TEST(stream.next().data == R"({"token":"one"})"); // the second one has not been sent
    model.next = true;
    const auto rest = stream.rest();
    BOOST_REQUIRE(rest.size() == 2U);
    BOOST_TEST(rest[1].data == "[DONE]");
    BOOST_TEST(stream.complete());
}

BOOST_AUTO_TEST_CASE(the_request_is_cancelled_when_the_client_hangs_up)
{
    auto stream = server.open("POST", target, "stream", fields);
    stream.next();
    BOOST_TEST(model.streams == 1);
    stream.disconnect();
    BOOST_TEST(model.streams == 0);
    BOOST_TEST(upstream.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(errors_of_the_api_reach_the_client)
{
    const auto busy = server.post(target, "busy", fields);
    BOOST_TEST(busy.status == 429);
    BOOST_TEST(busy.header("Retry-After") == "7");
    BOOST_TEST(busy.header("X-Request-Id") == "r1");
    BOOST_TEST(busy.header("Content-Type") == "application/json");
    BOOST_TEST(busy.body == R"({"error":{"code":"rate_limit"}})");
    const auto refused = server.post(target, "x", {{"Content-Type", "application/json"}});
    BOOST_TEST(refused.status == 401);
    BOOST_TEST(refused.header("WWW-Authenticate") == "Bearer realm=\"api\"");
    BOOST_TEST(refused.body == R"({"error":{"code":"invalid_api_key"}})");
}

BOOST_AUTO_TEST_CASE(a_405_needs_the_methods_of_the_api)
{
    constexpr auto rest = "Content-Length: 2\r\nConnection: close\r\n\r\nno";
    const auto ask = [&](const std::string& allow) {
        const raw_api raw("HTTP/1.1 405 Method Not Allowed\r\n" + allow + rest);
        testing::server in_front(tokens::app({.upstream = raw.url()}), {.outside_wait = 1h});
        auto answer = in_front.post(target, "x", fields);
        BOOST_TEST(in_front.log_text() == "");
        return answer;
    };
    const auto valid = ask("Allow: GET\r\n");
    BOOST_TEST(valid.status == 405);
    BOOST_TEST(valid.header("Allow") == "GET");
    BOOST_TEST(valid.body == "no");
    const auto invalid = ask("");
    BOOST_TEST(invalid.status == 502);
    BOOST_TEST(invalid.body.find("without the field Allow") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_response_that_does_not_stream)
{
    const auto whole = server.post(target, "whole", fields);
    BOOST_TEST(whole.status == 200);
    BOOST_TEST(whole.body == R"({"choices":[]})");
}

BOOST_AUTO_TEST_CASE(a_stream_that_fails_does_not_end_as_if_it_were_complete)
{
    auto stream = server.open("POST", target, "fails", fields);
    BOOST_TEST(stream.status() == 200);
    stream.rest();
    BOOST_TEST(stream.ended());
    BOOST_TEST(!stream.complete());
}

BOOST_AUTO_TEST_CASE(an_api_that_is_not_there)
{
    upstream.shut_down();
    const auto failed = server.post(target, "stream", fields);
    BOOST_TEST(failed.status == 502);
    BOOST_TEST(failed.header("Content-Type") == "application/problem+json");
}

BOOST_AUTO_TEST_CASE(an_api_that_does_not_respond)
{
    const auto late = server.post(target, "never", fields);
    BOOST_TEST(late.status == 504);
    BOOST_TEST((server.now() == 10min));
}

BOOST_AUTO_TEST_SUITE_END()
