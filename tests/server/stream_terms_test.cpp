// Endpoints on the connection that serves in production, with a manual clock: heartbeats that a page sees, deadlines,
// and streams of channels that are revoked.

#include <boost/test/unit_test.hpp>
#include <rill/core/interval.hpp>
#include <rill/http/make_handler.hpp>
#include <rill/pubsub/channel.hpp>
#include <rill/pubsub/endpoint.hpp>
#include <rill/routing/router.hpp>
#include <rill/sse/endpoint.hpp>

#include "support/counted.hpp"
#include "support/event_parser.hpp"
#include "transport/stage.hpp"

using namespace rill_test;
using rill::close_reason;
using rill::sse::endpoint;
using rill::sse::endpoint_options;

BOOST_AUTO_TEST_SUITE(stream_terms_test)

namespace {

/// The body without the sizes of its chunks, whose events have no line of hexadecimal digits only.
std::string unframed(std::string_view wire)
{
    std::string body;
    wire.remove_prefix(std::min(wire.size(), wire.find("\r\n\r\n") + 4));
    while (!wire.empty()) {
        const auto size = std::stoul(std::string(wire.substr(0, wire.find("\r\n"))), nullptr, 16);
        wire.remove_prefix(wire.find("\r\n") + 2);
        body += wire.substr(0, size);
        wire.remove_prefix(std::min(wire.size(), size + 2));
    }
    return body;
}

rill::awaitable<> one_event(rill::sse::event_stream& stream)
{
    counted here;
    co_await stream.send({.data = "x", .id = 7});
    co_await rill::sleep_for(24h * 365);
}

struct served : stage
{
    rill::pubsub::channel news{rill::pubsub::channel_options{.history = 1}};
    loopback pair;

    explicit served(const endpoint_options& options) : stage(rill::handler())
    {
        rill::router routes;
        routes.get("/handler", endpoint(one_event, options));
        routes.get("/news", endpoint(news, options));
        app = std::move(routes);
        worker.timers.use_manual_clock();
        BOOST_REQUIRE(news.publish("x").has_value());
    }

    std::string open(std::string_view target)
    {
        accept(pair);
        pair.client_sends(get(target));
        return run_until_received(pair, "data: x");
    }
};

std::chrono::system_clock::time_point in(std::chrono::seconds time)
{
    return std::chrono::system_clock::now() + time;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_page_sees_the_heartbeat_and_keeps_its_last_event_id)
{
    for (const auto* target : {"/handler", "/news"}) {
        served s({.heartbeat = 10s, .heartbeat_event = "heartbeat"});
        auto wire = s.open(target);
        for (int i = 0; i < 2; ++i) {
            s.pass(10s + 252ms); // heartbeats of 10 s are sent at the multiples of 250 ms
            wire += s.run_until_received(s.pair, "event: heartbeat\ndata: \n\n\r\n");
        }
        const auto seen = parse_events(unframed(wire));
        BOOST_REQUIRE(seen.events.size() == 3U);
        BOOST_TEST(seen.events[0].data == "x");
        const auto id = seen.events[0].id;
        BOOST_TEST(!id.empty());
        BOOST_TEST((seen.events[1] == parsed_event{"", "heartbeat", id}));
        BOOST_TEST((seen.events[2] == parsed_event{"", "heartbeat", id}));
        BOOST_TEST(seen.last_id == id);
    }
}

BOOST_AUTO_TEST_CASE(a_token_that_expires_ends_its_stream)
{
    for (const auto* target : {"/handler", "/news"}) {
        const auto end = in(24h);
        served s({.heartbeat = 0s,
                  .until = [end](const rill::request&) { return end; },
                  .until_event = "event: expired\ndata:\n\n"});
        s.open(target);
        s.pass(23h + 59min);
        BOOST_TEST(s.closed.empty());
        s.pass(61s);
        const auto rest = s.run_until_end(s.pair).text;
        BOOST_TEST(rest.ends_with("\r\nevent: expired\ndata:\n\n\r\n0\r\n\r\n"));
        BOOST_TEST((s.closed == std::vector{close_reason::expired}));
        BOOST_TEST(counted::alive() == 0);
    }
}

BOOST_AUTO_TEST_CASE(an_expired_token_gets_a_stream_that_has_ended)
{
    for (const auto* target : {"/handler", "/news"}) {
        served s({.until = [](const rill::request&) { return in(-1s); }, .until_event = "event: expired\ndata:\n\n"});
        s.accept(s.pair);
        s.pair.client_sends(get(target));
        const auto all = s.run_until_received(s.pair, "event: expired\ndata:\n\n");
        BOOST_TEST(all.starts_with("HTTP/1.1 200 "));
        BOOST_TEST(all.find("Content-Length: 22\r\n") != all.npos);
        BOOST_TEST(all.find("data: x") == all.npos);
        BOOST_TEST(s.closed.empty());
        BOOST_TEST(s.worker.stats.routes.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_revoked_stream_of_a_channel_gets_no_further_event)
{
    served s({.stream_tag = [](const rill::request& r) { return r.query_parameter("user").value_or(""); }});
    s.open("/news?user=ada");
    BOOST_TEST(s.worker.end_streams([](const auto& i) { return i.tag == "bob"; }, close_reason::revoked) == 0U);
    BOOST_TEST(s.worker.end_streams([](const auto& i) { return i.tag == "ada"; }, close_reason::revoked) == 1U);
    BOOST_REQUIRE(s.news.publish("secret").has_value());
    const auto rest = s.run_until_end(s.pair).text;
    BOOST_TEST(rest.find("secret") == rest.npos);
    BOOST_TEST(rest.ends_with("0\r\n\r\n"));
    BOOST_TEST((s.closed == std::vector{close_reason::revoked}));
    s.turn();
    BOOST_TEST(s.news.subscribers() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
