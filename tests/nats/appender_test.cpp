#include "nats/appender.hpp"

#include "nats/log_fixture.hpp"
#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(nats_appender_test)

namespace {

using namespace rill_test;
using rill::error;

std::string unreachable()
{
    return "nats://127.0.0.1:" + std::to_string(free_port());
}

} // namespace

BOOST_AUTO_TEST_CASE(a_key_is_appended_once)
{
    const nats_server server;
    const auto log = open_log(quick_options({server.url()}));
    const auto other = open_log(quick_options({server.url()}));
    const auto first = pending_append(*log, "a", "t", "key 1\n").get().value();
    BOOST_TEST(pending_append(*log, "a", "t", "key 1\n").get().value() == first);
    BOOST_TEST(pending_append(*other, "b", "t", "key 1\n").get().value() == first);
    BOOST_TEST(pending_append(*log, "a", "t", "key 2").get().value() != first);
}

BOOST_AUTO_TEST_CASE(limits_waiting_appends)
{
    auto options = quick_options({unreachable()});
    options.max_pending_events = 2;
    auto log = open_log(options);
    const pending_append one(*log, "1");
    const pending_append two(*log, "2");
    BOOST_TEST((pending_append(*log, "3").get().error() == error::log_overloaded));
    BOOST_TEST(log->stats().pending_appends == 2U);
    log.reset();
    BOOST_TEST((one.get().error() == error::log_unavailable));
    BOOST_TEST((two.get().error() == error::log_unavailable));

    options.max_pending_bytes = 1;
    log = open_log(options);
    BOOST_TEST((pending_append(*log, "1").get().error() == error::log_overloaded));
}

BOOST_AUTO_TEST_CASE(gives_up_after_append_grace)
{
    auto options = quick_options({unreachable()});
    options.append_grace = std::chrono::milliseconds(100);
    const auto log = open_log(options);
    BOOST_TEST((pending_append(*log, "1").get().error() == error::log_unavailable)); // it was never sent
    BOOST_TEST(log->stats().append_failures == 1U);
}

BOOST_AUTO_TEST_CASE(refuses_an_id_of_the_publisher)
{
    const auto log = open_log(quick_options({unreachable()}));
    rill::sse::event e;
    e.data = "x";
    e.id = "7";
    const auto refused = log->append(rill::pubsub::event_draft::make(e).value(), {}, {});
    BOOST_TEST((refused.error() == error::event_id_refused));
}

BOOST_AUTO_TEST_CASE(the_outcome_is_unknown_without_an_answer)
{
    const nats_server server;
    auto options = quick_options({server.url()});
    options.append_grace = std::chrono::milliseconds(500);
    options.duplicate_window = std::chrono::seconds(60);
    const auto log = open_log(options);
    const auto first = std::stoull(pending_append(*log, "1").get().value());
    server.freeze();
    const pending_append sent(*log, "2", "t", "key");
    BOOST_TEST((sent.get().error() == error::outcome_unknown));
    BOOST_TEST(log->stats().unknown_outcomes == 1U);
    server.thaw();
    // The server has received the event. The key shows that.
    rill::result<rill::pubsub::log_id> again;
    BOOST_REQUIRE(eventually([&] {
        again = pending_append(*log, "2", "t", "key").get();
        return again.has_value();
    }));
    BOOST_TEST(std::stoull(*again) == first + 1);
}

BOOST_AUTO_TEST_CASE(sends_again_after_an_interruption)
{
    nats_server server;
    const auto log = open_log(quick_options({server.url()}));
    recording_reader reader;
    log->tail(reader, {});
    BOOST_REQUIRE(eventually([&] { return reader.has_begun(); }));
    server.freeze();
    std::vector<pending_append> all;
    for (int i = 0; i < 100; ++i) {
        all.emplace_back(*log, std::to_string(i));
    }
    BOOST_REQUIRE(eventually([&] { return !log->stats().connected; }));
    server.thaw();
    for (const auto& one : all) {
        BOOST_REQUIRE(one.get().has_value());
    }
    BOOST_REQUIRE(eventually([&] { return reader.count('e') == 100; }));
    std::vector<std::string> expected;
    for (int i = 0; i < 100; ++i) {
        expected.push_back(std::to_string(i));
    }
    BOOST_TEST((reader.data() == expected)); // in order, and each once
    BOOST_TEST(reader.count('g') == 0U);
}

BOOST_AUTO_TEST_CASE(reports_a_full_stream_and_a_large_event)
{
    const nats_server server;
    auto options = quick_options({server.url()});
    request(*plain_session(options), "$JS.API.STREAM.CREATE.TEST",
            R"({"name":"TEST","subjects":["test.events","test.events.>"],"max_msgs":1,"discard":"new"})");
    const auto log = open_log(options);
    BOOST_TEST(pending_append(*log, "1").get().has_value());
    BOOST_TEST((pending_append(*log, "2").get().error() == error::log_unavailable));
    BOOST_TEST((pending_append(*log, std::string(9'000'000, 'x')).get().error() == error::message_too_large));
    BOOST_TEST(log->stats().append_failures == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
