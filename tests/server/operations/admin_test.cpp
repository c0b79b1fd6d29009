// The health checks and the list of streams.

#include <rill/server/admin.hpp>

#include "server/fixture.hpp"
#include "support/client.hpp"
#include "support/run.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(admin_test)

namespace {

rill::awaitable<> begin(rill::sse::event_stream& stream)
{
    stream.set_tag("the \"odd\" one");
    co_await stream.send("begun");
    co_await stream.stopped();
}

rill::router operated()
{
    rill::router app;
    app.get("/healthz", rill::ops::healthz());
    app.get("/readyz", rill::ops::readyz());
    app.get("/streams", rill::ops::streams());
    app.get("/rooms/{name}", rill::sse::endpoint(begin));
    return app;
}

// Repeats the request until the list includes both workers. On a busy machine a worker may not answer within a second.
// The list then omits its streams.
std::string list(const running_server& server, std::string_view target)
{
    std::string all;
    BOOST_TEST(eventually([&] {
        all = fetch(server, target);
        return all.starts_with("{\"count\":2,");
    }));
    return all;
}

} // namespace

BOOST_AUTO_TEST_CASE(connected_streams_are_listed)
{
    running_server server(operated(), workers(2));
    raw_client a(server.port());
    raw_client b(server.port());
    for (auto* c : {&a, &b}) {
        c->get("/rooms/%22odd%22");
        BOOST_REQUIRE(c->read_until("data: begun"));
    }
    const auto all = list(server, "/streams");
    BOOST_TEST(all.starts_with("{\"count\":2,\"streams\":[{\"id\":"));
    BOOST_TEST(
        all.find(
            "\"route\":\"/rooms/{name}\",\"address\":\"127.0.0.1\",\"tag\":\"the \\\"odd\\\" one\",\"since\":\"20") !=
        all.npos);
    BOOST_TEST(all.find("\"unsent_bytes\":0}") != all.npos);
    const auto one = list(server, "/streams?limit=1");
    BOOST_TEST(one.starts_with("{\"count\":2,"));
    BOOST_TEST(std::ranges::count(one, '{') == 3); // the route pattern contains a brace, too
    BOOST_TEST(list(server, "/streams?limit=0") == "{\"count\":2,\"streams\":[]}\n");
    client bad(server.port());
    bad.get("/streams?limit=x");
    BOOST_TEST(bad.status() == 400);
}

BOOST_AUTO_TEST_CASE(a_stopping_server_is_not_ready_but_continues_to_serve)
{
    auto options = workers(2);
    options.readiness_delay = 1h;
    running_server server(operated(), options);
    BOOST_TEST(fetch(server, "/readyz") == "ready\n");
    server.begin_stop();
    BOOST_TEST(eventually([&] {
        client c(server.port());
        c.get("/readyz");
        return c.status() == 503 && c.body() == "stopping\n";
    }));
    BOOST_TEST(fetch(server, "/healthz") == "ok\n");
    server.stop(); // the second call begins the drain
}

BOOST_AUTO_TEST_CASE(without_a_server_both_checks_return_200)
{
    rill::request r(rill::verb::get, "/");
    BOOST_TEST((run(rill::ops::healthz(), r).status() == rill::status::ok));
    BOOST_TEST((run(rill::ops::readyz(), r).status() == rill::status::ok));
}

BOOST_AUTO_TEST_SUITE_END()
