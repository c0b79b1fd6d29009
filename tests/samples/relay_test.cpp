#include <boost/test/unit_test.hpp>
#include <chrono>
#include <optional>
#include <relay/app.hpp>
#include <rill/testing.hpp>
#include <string>

namespace relay_test {

namespace {

using namespace std::chrono_literals;
namespace testing = rill::testing;

/// The upstream: a channel whose ids begin with 101.
struct origin
{
    rill::router app() const
    {
        rill::router app;
        app.get("/events", rill::sse::endpoint(events));
        app.get("/plain", [] { return "no stream"; });
        app.get("/numbers", rill::sse::endpoint([](rill::sse::event_stream& stream) -> rill::awaitable<> {
                    co_await stream.send({.data = "without an id", .name = "n"});
                    co_await rill::sleep_for(1h);
                }));
        app.post("/outage", []() -> rill::awaitable<std::string> {
            const auto all = [](const rill::stream_info&) { return true; };
            const auto count = co_await rill::end_streams(all);
            co_return std::to_string(count);
        });
        return app;
    }

    rill::pubsub::channel events{
        {},
        std::make_shared<rill::pubsub::memory_backplane>(rill::pubsub::memory_backplane::settings{.first_id = 101})};
    testing::server server{app()};
};

struct edge
{
    explicit edge(origin& from, const std::string& target = "/events", std::string last_event_id = {},
                  bool own_ids = false)
    {
        how.source.url = "http://origin.test" + target;
        how.source.last_event_id = std::move(last_event_id);
        how.own_ids = own_ids;
        how.log = [this](const std::string& line) { log += line + "\n"; };
        events = relay::make_channel(how);
        testing::options options{.upstreams = {{"origin.test", from.server}}};
        options.server.background = {[this] { return relay::follow(events, how); }};
        server.emplace(relay::app(events), std::move(options));
    }

    bool logs(const std::string& part)
    {
        return server->run_until([&] { return log.find(part) != log.npos; });
    }

    /// Runs until the upstream has this number of subscribers.
    bool subscribes(const origin& from, std::size_t count = 1)
    {
        return server->run_until([&] { return from.events.subscribers() == count; });
    }

    std::string log;
    relay::options how;
    rill::pubsub::channel events{};
    std::optional<testing::server> server;
};

} // namespace

} // namespace relay_test

BOOST_AUTO_TEST_SUITE(relay_test)

BOOST_AUTO_TEST_CASE(events_keep_their_ids_and_a_client_resumes_at_another_relay)
{
    origin source;
    edge first(source);
    edge second(source, "/events", "100"); // it begins with the past
    auto a = first.server->open("/events");
    BOOST_REQUIRE(first.subscribes(source, 2));
    for (const auto* text : {"one", "two", "three"}) {
        BOOST_REQUIRE(source.events.publish({.data = text, .name = "word"}).has_value());
    }
    const auto seen = a.next(2);
    BOOST_TEST(seen[0].data == "one");
    BOOST_TEST(seen[0].name == "word");
    BOOST_TEST(seen[0].id == "101");
    BOOST_TEST(seen[1].id == "102");
    a.disconnect();
    auto b = second.server->open("/events", {{"Last-Event-ID", seen[1].id}});
    const auto rest = b.next();
    BOOST_TEST(rest.data == "three");
    BOOST_TEST(rest.id == "103");
}

BOOST_AUTO_TEST_CASE(the_relay_resumes_after_its_last_event)
{
    origin source;
    edge relay(source);
    auto a = relay.server->open("/events");
    BOOST_REQUIRE(relay.subscribes(source));
    BOOST_REQUIRE(source.events.publish("one").has_value());
    BOOST_TEST(a.next().data == "one");
    BOOST_TEST(source.server.post("/outage", "").body == "1");
    BOOST_REQUIRE(source.events.publish("two").has_value()); // while nobody listens
    const auto before = relay.server->now();
    const auto next = a.next();
    BOOST_TEST(next.data == "two");
    BOOST_TEST(next.id == "102");
    BOOST_TEST((relay.server->now() - before >= relay.how.source.initial_backoff));
    BOOST_TEST(relay.log.find("reconnecting in") != relay.log.npos);
}

BOOST_AUTO_TEST_CASE(the_relay_waits_for_an_upstream_that_is_away)
{
    origin source;
    edge relay(source);
    BOOST_REQUIRE(relay.subscribes(source));
    source.server.shut_down();
    BOOST_TEST(relay.logs("connect origin.test:80: Connection refused"));
    relay.server->advance(1h);
    BOOST_TEST(relay.log.find("stopped") == relay.log.npos);
}

BOOST_AUTO_TEST_CASE(gaps_of_the_upstream_are_logged_and_not_passed_on)
{
    origin source;
    edge relay(source, "/events", "50"); // the upstream begins with 101
    auto a = relay.server->open("/events");
    BOOST_TEST(relay.logs("the upstream does not hold the events after 50"));
    BOOST_TEST(!a.next_within(1min).has_value());
}

BOOST_AUTO_TEST_CASE(events_without_ids_need_ids_of_the_relay)
{
    origin source;
    edge strict(source, "/numbers");
    BOOST_TEST(strict.logs("is not passed on"));
    edge own(source, "/events", "", true);
    BOOST_REQUIRE(own.subscribes(source));
    auto a = own.server->open("/events");
    BOOST_REQUIRE(source.events.publish("one").has_value());
    const auto seen = a.next();
    BOOST_TEST(seen.data == "one");
    BOOST_TEST(seen.id != "101");
}

BOOST_AUTO_TEST_CASE(the_relay_stops_if_the_upstream_has_no_event_stream)
{
    origin source;
    edge relay(source, "/plain");
    BOOST_TEST(relay.logs("stopped: request http://origin.test/plain: the Content-Type"));
}

BOOST_AUTO_TEST_SUITE_END()
