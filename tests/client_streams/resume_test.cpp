// Many event sources, a rill server, and a proxy that cuts all connections again and again. RILL_STREAMS is the number
// of sources (default: 50), RILL_STREAM_EVENTS that of the events (default: 300).

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <memory>
#include <rill/client.hpp>
#include <rill/pubsub.hpp>
#include <rill/rill.hpp>
#include <string>
#include <thread>

#include "client_streams/cutting_proxy.hpp"
#include "support/running_server.hpp"

BOOST_AUTO_TEST_SUITE(client_resume_test)

using namespace std::chrono_literals;

namespace {

constexpr int first_id = 101;

int number_of(const char* variable, int otherwise)
{
    const auto* value = std::getenv(variable);
    return value != nullptr ? std::atoi(value) : otherwise;
}

struct results
{
    int sources = 0;
    int complete = 0;
    long events = 0;
    long wrong = 0; ///< events that are missing, repeated or reordered
    long notices = 0;
    int ended = 0; ///< sources that have given up
};

rill::awaitable<> follow(std::string url, int last, results& r, boost::asio::io_context& context)
{
    rill::client::event_source source({
        .url = std::move(url),
        .last_event_id = std::to_string(first_id - 1),
        .idle_timeout = 1h,
        .initial_backoff = 1ms,
        .max_backoff = 20ms,
    });
    int expected = first_id;
    while (expected <= last) {
        const auto e = co_await source.next();
        if (!e) {
            break;
        }
        ++r.events;
        r.notices += e->gap() || e->dropped() ? 1 : 0;
        r.wrong += e->id == std::to_string(expected) && e->data == "event " + e->id ? 0 : 1;
        ++expected;
    }
    r.ended += source.end() ? 1 : 0;
    if (++r.complete == r.sources) {
        context.stop();
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(every_event_arrives_once_and_in_order_over_connections_that_are_cut)
{
    const int count = number_of("RILL_STREAM_EVENTS", 300);
    const int last = first_id + count - 1;
    results r;
    r.sources = number_of("RILL_STREAMS", 50);
    const rill::pubsub::channel events({.replay = {.max_events = static_cast<std::size_t>(count)}},
                                       std::make_shared<rill::pubsub::memory_backplane>(
                                           rill::pubsub::memory_backplane::settings{.first_id = first_id}));
    rill::router app;
    app.get("/events", rill::sse::endpoint(events));
    rill_test::running_server server(std::move(app));

    boost::asio::io_context context{1};
    const rill_test::cutting_proxy proxy(context, server.port(), 4000);
    const auto url = "http://127.0.0.1:" + std::to_string(proxy.port()) + "/events";
    for (int i = 0; i < r.sources; ++i) {
        boost::asio::co_spawn(context, follow(url, last, r, context), boost::asio::detached);
    }
    std::thread publisher([&events, count]() mutable {
        auto out = events;
        for (int id = first_id; id < first_id + count; ++id) {
            BOOST_REQUIRE(out.publish("event " + std::to_string(id)).has_value());
            std::this_thread::yield();
        }
    });
    context.run();
    publisher.join();

    BOOST_TEST_MESSAGE(r.sources << " sources, " << r.events << " events, " << proxy.cuts() << " cuts");
    BOOST_TEST(r.complete == r.sources);
    BOOST_TEST(r.events == static_cast<long>(r.sources) * count);
    BOOST_TEST(r.wrong == 0);
    BOOST_TEST(r.notices == 0);
    BOOST_TEST(r.ended == 0);
    BOOST_TEST(proxy.cuts() > r.sources);
}

BOOST_AUTO_TEST_SUITE_END()
