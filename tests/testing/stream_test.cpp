#include <boost/test/unit_test.hpp>
#include <string>

#include "testing/application.hpp"

namespace testing_stream_test {

namespace {

using namespace std::chrono_literals;
using rill::close_reason;
using rill_test::application;
namespace testing = rill::testing;

struct fixture
{
    testing::server app{application()};
};

rill::awaitable<> flood(rill::sse::event_stream& stream)
{
    for (;;) {
        co_await stream.send("x");
    }
}

rill::awaitable<> send_and_fail(rill::sse::event_stream& stream)
{
    co_await stream.send("a");
    throw std::runtime_error("failed");
}

std::string message_of(testing::stream& stream)
{
    try {
        stream.next();
        return "an event";
    } catch (const testing::no_answer& e) {
        return e.what();
    }
}

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

} // namespace testing_stream_test

BOOST_FIXTURE_TEST_SUITE(testing_stream_test, testing_stream_test::fixture)

BOOST_AUTO_TEST_CASE(parses_events)
{
    auto stream = app.open("/three");
    BOOST_TEST(stream.status() == 200);
    BOOST_TEST(stream.head().header("content-type") == "text/event-stream");
    BOOST_TEST(stream.next().data == "one");
    const auto rest = stream.rest();
    BOOST_REQUIRE(rest.size() == 2U);
    BOOST_TEST(rest[1].data == "three");
    BOOST_TEST(rest[1].name == "message");
    BOOST_TEST(stream.ended());
    BOOST_TEST(stream.complete());
    BOOST_TEST((stream.close_reason() == close_reason::handler_returned));
    BOOST_TEST(contains(stream.bytes(), "data: two\n\n"));
}

BOOST_AUTO_TEST_CASE(says_why_there_is_no_event)
{
    auto ended = app.open("/three");
    ended.next(3);
    BOOST_TEST(contains(message_of(ended), "an event of GET /three. The response is complete"));

    auto silent = app.open("/silent");
    BOOST_TEST(contains(message_of(silent), "The connection is open, and nothing came in 3600.0 s of virtual time"));
    BOOST_TEST(silent.comments() == 120U); // one heartbeat in 30 s
    BOOST_TEST((app.now() == 1h));

    auto left = app.open("/ticks?ms=1000&size=0");
    left.disconnect();
    BOOST_TEST(contains(message_of(left), "The client has left"));
}

BOOST_AUTO_TEST_CASE(waits_for_a_virtual_time)
{
    auto stream = app.open("/ticks?ms=1000&size=0");
    BOOST_TEST(!stream.next_within(999ms));
    BOOST_TEST((app.now() == 999ms));
    BOOST_TEST(stream.next_within(1ms).value().data == "1");
}

BOOST_AUTO_TEST_CASE(a_refusal_is_a_response)
{
    auto refused = app.open("/ticks?ms=soon&size=0");
    BOOST_TEST(refused.status() == 400);
    BOOST_TEST(contains(refused.head().body, "\"status\":400"), refused.head().body);
    BOOST_TEST(refused.complete());
    BOOST_TEST((refused.close_reason() == close_reason::open));
    BOOST_CHECK_THROW(refused.wait_closed(), std::logic_error);
    BOOST_TEST((app.now() == 0ms));
}

BOOST_AUTO_TEST_CASE(a_client_leaves_in_three_ways)
{
    auto fin = app.open("/ticks?ms=1000&size=0");
    fin.disconnect();
    BOOST_TEST((fin.close_reason() == close_reason::peer_closed));
    auto reset = app.open("/ticks?ms=1000&size=0");
    reset.disconnect(testing::departure::reset);
    BOOST_TEST((reset.close_reason() == close_reason::peer_reset));
    auto vanished = app.open("/ticks?ms=1000&size=0");
    vanished.disconnect(testing::departure::vanish);
    BOOST_TEST((vanished.close_reason() == close_reason::open));
    const auto began = app.now();
    BOOST_TEST((vanished.wait_closed() == close_reason::peer_reset)); // by TCP_USER_TIMEOUT
    BOOST_TEST((app.now() - began < 25s));
    BOOST_TEST(app.streams() == 0U);
}

BOOST_AUTO_TEST_CASE(the_destructor_leaves)
{
    {
        auto stream = app.open("/ticks?ms=1000&size=0");
        auto moved = std::move(stream);
        BOOST_TEST(app.streams() == 1U);
    }
    BOOST_TEST(app.streams() == 0U);
    BOOST_TEST((app.close_reasons() == std::vector{close_reason::peer_closed}));
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_is_disconnected)
{
    auto stream = app.open("/ticks?ms=100&size=5000");
    stream.next();
    stream.stop_reading();
    BOOST_TEST((stream.wait_closed() == close_reason::write_timeout));
    BOOST_TEST((app.now() > 5s));
    BOOST_TEST((app.now() < 20s));
}

BOOST_AUTO_TEST_CASE(a_client_that_reads_again_loses_nothing)
{
    auto stream = app.open("/ticks?ms=100&size=5000");
    stream.next();
    stream.stop_reading();
    app.advance(4s);
    BOOST_TEST(app.stats().queued_bytes != 0U);
    BOOST_TEST(!stream.next_within(0ms));
    stream.resume_reading();
    for (int i = 2; i < 60; ++i) {
        BOOST_TEST(stream.next().id == std::to_string(i));
    }
    BOOST_TEST((stream.close_reason() == close_reason::open));
}

// The handler sends ten events of 1,000 bytes each per second. The client reads at half of this rate.
BOOST_AUTO_TEST_CASE(a_slow_client_slows_its_handler_down)
{
    auto stream = app.open("/ticks?ms=100&size=1000");
    stream.read_at(5000);
    int last = 0;
    while (app.now() < 100s) {
        last = std::stoi(stream.next().id);
    }
    BOOST_TEST(last > 450);
    BOOST_TEST(last < 510);
    BOOST_TEST((stream.close_reason() == close_reason::open));
}

// Only the back-pressure slows this handler down.
BOOST_AUTO_TEST_CASE(a_stream_without_a_pause_waits_for_the_test)
{
    auto source = testing::event_source_of(flood);
    auto& [server, events] = source;
    BOOST_TEST(events.next(100'000).back().data == "x");
    BOOST_TEST((server->now() == 0ms));
    BOOST_TEST(!events.ended());
    server->advance(1min); // the client reads, thus the write timeout does not end the stream
    BOOST_TEST((events.close_reason() == close_reason::open));
    BOOST_TEST(events.bytes().size() < 40'000'000U);
    events.disconnect();
    BOOST_TEST((events.close_reason() == close_reason::peer_reset)); // it left while data was on its way
}

BOOST_AUTO_TEST_CASE(the_rest_of_an_endless_stream_is_an_error)
{
    testing::options options;
    options.max_bytes_at_one_time = 1'000'000;
    auto source = testing::event_source_of(flood, "/", {}, options);
    BOOST_CHECK_THROW(source.events.rest(), testing::no_answer);
}

BOOST_AUTO_TEST_CASE(a_slow_client_reads_on_after_the_shutdown)
{
    auto stream = app.open("/ticks?ms=1000&size=2000");
    stream.read_at(100);
    app.advance(10s);
    app.shut_down();
    BOOST_TEST(!stream.complete());
    const auto ended = app.now();
    app.advance(10s);
    BOOST_TEST((app.now() == ended + 10s));
    const auto events = stream.rest();
    BOOST_REQUIRE(!events.empty());
    BOOST_TEST(events.back().id == std::to_string(events.size()));
    BOOST_TEST(stream.complete());
    BOOST_TEST((app.now() > 60s));
    const auto last = app.now();
    app.advance(10s); // nothing waits for the clock
    BOOST_TEST((app.now() == last));
}

BOOST_AUTO_TEST_CASE(a_stream_that_fails_at_once_has_a_head_and_events)
{
    auto source = testing::event_source_of(send_and_fail);
    BOOST_TEST(source.events.status() == 200);
    BOOST_TEST(source.next().data == "a");
    BOOST_CHECK_THROW(source.next(), testing::no_answer);
    BOOST_TEST(source.events.ended());
    BOOST_TEST(!source.events.complete());
    BOOST_TEST((source.events.close_reason() == close_reason::handler_error));
}

BOOST_AUTO_TEST_CASE(comments_and_bytes_are_up_to_date)
{
    auto first = app.open("/silent");
    auto second = app.open("/silent");
    app.advance(60s);
    BOOST_TEST(first.comments() == 2U); // one heartbeat in 30 s
    BOOST_TEST(second.bytes() == ":\n\n:\n\n");
}

BOOST_AUTO_TEST_CASE(outlives_its_server_and_throws)
{
    auto own = std::make_unique<testing::server>(application());
    auto stream = own->open("/three");
    own.reset();
    BOOST_CHECK_THROW(stream.rest(), std::logic_error);
    BOOST_CHECK_THROW(stream.disconnect(), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()
