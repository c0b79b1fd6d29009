#include "testing/upstream_group.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>
#include <optional>
#include <rill/client.hpp>

#include "testing/application.hpp"

namespace testing_upstream_group_test {

namespace {

using namespace std::chrono_literals;
namespace testing = rill::testing;

using page = tl::expected<std::string, rill::problem>;

page bad_gateway(const rill::failure& why)
{
    rill::problem failed;
    failed.status = rill::status::bad_gateway;
    failed.detail = why.message();
    return tl::unexpected(std::move(failed));
}

// Returns the page of the upstream, or 502 with the failure.
rill::awaitable<page> pass_on(const rill::client::http& client, std::string url)
{
    auto answer = co_await client.get(std::move(url));
    if (!answer) {
        co_return bad_gateway(answer.error());
    }
    auto body = co_await answer->read_all();
    if (!body) {
        co_return bad_gateway(body.error());
    }
    co_return std::move(*body);
}

rill::awaitable<> follow(rill::client::event_source_options from, std::vector<std::string>& seen)
{
    rill::client::event_source source(std::move(from));
    while (auto e = co_await source.next()) {
        seen.push_back(e->id);
    }
}

rill::awaitable<std::string> on_asio_timer()
{
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 1ms);
    co_await timer.async_wait(boost::asio::use_awaitable);
    co_return "fired";
}

/// The application in front: /pages/NAME returns the page /NAME of the upstream.
struct front
{
    rill::router app() const
    {
        rill::router routes;
        routes.get("/pages/{name}", [this](rill::path<"name"> name) { return pass_on(client, base + *name); });
        return routes;
    }

    std::string base = "http://api.test:8000/";
    rill::client::http client{{.response_timeout = 10s}};
};

struct fixture
{
    static rill::router upstream_app()
    {
        auto routes = rill_test::application();
        routes.get("/asio", on_asio_timer);
        routes.get("/address", [](const rill::request& r) { return std::string(r.remote_address()); });
        return routes;
    }

    front front_app;
    std::optional<testing::server> upstream{std::in_place, upstream_app()};
    testing::server app{front_app.app(), {.upstreams = {{"Api.test", *upstream}}}};
};

} // namespace

} // namespace testing_upstream_group_test

BOOST_FIXTURE_TEST_SUITE(testing_upstream_group_test, testing_upstream_group_test::fixture)

BOOST_AUTO_TEST_CASE(a_client_of_the_application_reaches_the_upstream)
{
    BOOST_TEST(app.get("/pages/hello").body == "hello");
    BOOST_TEST(upstream->connections() == 1U);
    BOOST_TEST(app.get("/pages/hello").body == "hello"); // on the same connection
    BOOST_TEST(upstream->connections() == 1U);
    BOOST_TEST(app.get("/pages/address").body == "192.0.2.1");
    BOOST_TEST(app.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(both_servers_have_the_same_time)
{
    const auto before = app.now();
    BOOST_TEST(app.get("/pages/slow").status == 502); // after 30 s; the client waits for 10 s
    BOOST_TEST((app.now() - before == 10s));
    BOOST_TEST((upstream->now() == app.now()));
    app.advance(1min);
    BOOST_TEST((upstream->now() == app.now()));
    BOOST_TEST(upstream->connections() == 0U);
}

BOOST_AUTO_TEST_CASE(a_background_coroutine_follows_a_stream_through_an_outage)
{
    std::vector<std::string> seen;
    testing::options options{.upstreams = {{"api.test", *upstream}}};
    const rill::client::event_source_options from{.url = "http://api.test/ticks?ms=1000&size=0"};
    options.server.background = {[&] { return follow(from, seen); }};
    testing::server follower(rill_test::application(), options);
    BOOST_TEST(follower.run_until([&] { return seen.size() == 3; }));
    BOOST_TEST((follower.now() == 3s));
    upstream.reset();
    follower.advance(1min);
    BOOST_TEST(seen.size() == 3U);
    BOOST_TEST(follower.log_text() == "");
}

BOOST_AUTO_TEST_CASE(an_upstream_that_has_shut_down_refuses_connections)
{
    upstream->shut_down();
    const auto refused = app.get("/pages/hello");
    BOOST_TEST(refused.status == 502);
    BOOST_TEST(refused.body.find("connect api.test:8000: Connection refused") != std::string::npos);
    upstream.reset();
    BOOST_TEST(app.get("/pages/hello").status == 502);
}

BOOST_AUTO_TEST_CASE(the_kit_waits_for_work_of_an_upstream_outside_the_virtual_clock)
{
    BOOST_TEST(app.get("/pages/asio").body == "fired");
}

BOOST_AUTO_TEST_CASE(an_upstream_has_upstreams)
{
    front_app.base = "http://middle.test/pages/";
    front inner;
    testing::server middle(inner.app(), {.upstreams = {{"api.test", *upstream}}});
    testing::server outer(front_app.app(), {.upstreams = {{"middle.test", middle}}});
    BOOST_TEST(outer.get("/pages/hello").body == "hello");
    BOOST_TEST(outer.get("/pages/slow").status == 502);
    BOOST_TEST((outer.now() == upstream->now()));
}

BOOST_AUTO_TEST_CASE(each_upstream_has_a_host_of_its_own)
{
    const auto make = [&](const std::vector<testing::upstream>& upstreams) {
        testing::server made(front_app.app(), {.upstreams = upstreams});
    };
    BOOST_CHECK_THROW(make({{"", *upstream}}), std::invalid_argument);
    BOOST_CHECK_THROW(make({{"a.test", *upstream}, {"A.test", *upstream}}), std::invalid_argument);
    make({{"a.test", *upstream}, {"b.test", *upstream}});
}

BOOST_AUTO_TEST_SUITE_END()
