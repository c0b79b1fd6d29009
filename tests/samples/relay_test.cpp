#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <relay/app.hpp>
#include <thread>

#include "support/client.hpp"
#include "support/running_server.hpp"

namespace relay_test {

namespace {

using namespace std::chrono_literals;

// What the relay logs.
class report
{
public:
    void operator()(const std::string& line)
    {
        const std::lock_guard lock(mutex_);
        text_ += line + "\n";
        changed_.notify_all();
    }

    bool wait_for(const std::string& part)
    {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, rill_test::client::patience, [&] { return text_.find(part) != text_.npos; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string text_;
};

// The upstream: a channel whose ids begin with 101.
struct origin
{
    rill::pubsub::channel events{
        {},
        std::make_shared<rill::pubsub::memory_backplane>(rill::pubsub::memory_backplane::settings{.first_id = 101})};

    rill::router app() const
    {
        rill::router app;
        app.get("/events", rill::sse::endpoint(events));
        app.get("/plain", [] { return "no stream"; });
        app.get("/numbers", rill::sse::endpoint([](rill::sse::event_stream& stream) -> rill::awaitable<> {
                    co_await stream.send({.data = "without an id", .name = "n"});
                    co_await rill::sleep_for(1h);
                }));
        return app;
    }
};

// The relays subscribe in their own time.
bool has_subscribers(const rill::pubsub::channel& events, std::size_t count)
{
    const auto end = std::chrono::steady_clock::now() + rill_test::client::patience;
    while (events.subscribers() != count) {
        if (std::chrono::steady_clock::now() > end) {
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

struct edge
{
    explicit edge(std::string url, std::string from = {}, bool own_ids = false)
    {
        how.source.url = std::move(url);
        how.source.last_event_id = std::move(from);
        how.source.initial_backoff = 1ms;
        how.own_ids = own_ids;
        how.log = [this](const std::string& line) { log(line); };
        events = relay::make_channel(how);
        rill::server_options options;
        options.background = {[this] { return relay::follow(events, how); }};
        server.emplace(relay::app(events), std::move(options));
    }

    report log;
    relay::options how;
    rill::pubsub::channel events{};
    std::optional<rill_test::running_server> server;
};

} // namespace

} // namespace relay_test

BOOST_AUTO_TEST_SUITE(relay_test)

BOOST_AUTO_TEST_CASE(events_keep_their_ids_and_a_client_resumes_at_another_relay)
{
    origin source;
    rill_test::running_server upstream(source.app());
    edge first(upstream.url() + "/events");
    edge second(upstream.url() + "/events", "100"); // it begins with the past
    rill_test::client a(first.server->port());
    a.get("/events");
    BOOST_REQUIRE(has_subscribers(source.events, 2));
    for (const auto* text : {"one", "two", "three"}) {
        BOOST_REQUIRE(source.events.publish({.data = text, .name = "word"}).has_value());
    }
    const auto seen = a.events(2);
    BOOST_REQUIRE(seen.size() == 2U);
    BOOST_TEST(seen[0].data == "one");
    BOOST_TEST(seen[0].name == "word");
    const auto id = seen[1].id;
    BOOST_TEST(std::stoi(id) == std::stoi(seen[0].id) + 1);
    a.hang_up();
    rill_test::client b(second.server->port());
    b.get("/events", "Last-Event-ID: " + id + "\r\n");
    const auto rest = b.events(1);
    BOOST_REQUIRE(rest.size() == 1U);
    BOOST_TEST(rest[0].data == "three");
    BOOST_TEST(std::stoi(rest[0].id) == std::stoi(id) + 1);
}

BOOST_AUTO_TEST_CASE(the_relay_resumes_after_its_last_event)
{
    origin source;
    std::optional<rill_test::running_server> upstream(std::in_place, source.app());
    const auto port = upstream->port();
    edge relay(upstream->url() + "/events");
    rill_test::client a(relay.server->port());
    a.get("/events");
    BOOST_REQUIRE(has_subscribers(source.events, 1));
    BOOST_REQUIRE(source.events.publish("one").has_value());
    BOOST_TEST(a.events(1).size() == 1U);
    upstream.reset();
    BOOST_TEST(relay.log.wait_for("reconnecting in"));
    BOOST_REQUIRE(source.events.publish("two").has_value()); // while nobody listens
    rill::server_options options;
    options.port = port;
    rill::server again(source.app(), options);
    BOOST_REQUIRE(again.listen().has_value());
    std::thread thread([&] { again.run(); });
    const auto rest = a.events(1);
    BOOST_TEST(rest.size() == 1U);
    BOOST_TEST((rest.empty() ? "" : rest[0].data) == "two");
    again.stop();
    thread.join();
}

BOOST_AUTO_TEST_CASE(gaps_of_the_upstream_are_logged_and_not_passed_on)
{
    origin source;
    rill_test::running_server upstream(source.app());
    edge relay(upstream.url() + "/events", "50"); // the upstream begins with 101
    BOOST_TEST(relay.log.wait_for("the upstream does not hold the events after 50"));
}

BOOST_AUTO_TEST_CASE(events_without_ids_need_ids_of_the_relay)
{
    origin source;
    rill_test::running_server upstream(source.app());
    edge strict(upstream.url() + "/numbers");
    BOOST_TEST(strict.log.wait_for("is not passed on"));
    edge own(upstream.url() + "/events", "", true);
    BOOST_REQUIRE(has_subscribers(source.events, 1));
    rill_test::client a(own.server->port());
    a.get("/events");
    BOOST_REQUIRE(source.events.publish("one").has_value());
    const auto seen = a.events(1);
    BOOST_REQUIRE(seen.size() == 1U);
    BOOST_TEST(seen[0].data == "one");
    BOOST_TEST(seen[0].id != "101");
}

BOOST_AUTO_TEST_CASE(the_relay_stops_if_the_upstream_has_no_event_stream)
{
    origin source;
    rill_test::running_server upstream(source.app());
    edge relay(upstream.url() + "/plain");
    BOOST_TEST(relay.log.wait_for("stopped: request " + upstream.url() + "/plain: the Content-Type"));
}

BOOST_AUTO_TEST_SUITE_END()
