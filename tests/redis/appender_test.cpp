#include "redis/appender.hpp"

#include "log_fixture.hpp"
#include <boost/test/unit_test.hpp>

using namespace rill_test;
using rill::redis::backplane;

BOOST_AUTO_TEST_SUITE(redis_appender_test)

namespace {

const auto unavailable = rill::make_error_code(rill::error::log_unavailable);
const auto unknown = rill::make_error_code(rill::error::outcome_unknown);

} // namespace

BOOST_AUTO_TEST_CASE(waiting_events_share_requests)
{
    redis_server server;
    backplane log(options_for(server));
    BOOST_REQUIRE(append(log, "first").has_value());
    server.suspend();
    std::vector<std::future<append_result>> later;
    for (int i = 0; i != 1'000; ++i) {
        later.push_back(append_later(log, std::to_string(i)));
    }
    server.resume();
    std::uint64_t previous = 0;
    for (auto& one : later) {
        const auto number = std::stoull(get(std::move(one)).value());
        BOOST_TEST((previous == 0 || number == previous + 1));
        previous = number;
    }
    BOOST_TEST(log.stats().appended == 1'001U);
    BOOST_TEST(log.stats().pending_appends == 0U);
}

BOOST_AUTO_TEST_CASE(an_event_that_was_not_sent_fails_after_the_grace)
{
    const auto port = free_port();
    rill::redis::backplane_options options;
    options.server.port = port;
    options.append_grace = std::chrono::milliseconds(50);
    backplane log(options);
    BOOST_TEST((append(log, "a").error() == unavailable));
    BOOST_TEST(log.stats().append_failures == 1U);
    BOOST_TEST(!log.stats().connected);
}

BOOST_AUTO_TEST_CASE(an_event_that_was_sent_has_an_unknown_outcome_after_the_grace)
{
    redis_server server;
    auto options = options_for(server);
    options.append_grace = std::chrono::milliseconds(50);
    options.request_timeout = std::chrono::milliseconds(100);
    backplane log(options);
    BOOST_REQUIRE(append(log, "a").has_value());
    server.suspend();
    BOOST_TEST((append(log, "b").error() == unknown));
    server.resume();
    BOOST_TEST(eventually([&] { return append(log, "c").has_value(); }));
}

BOOST_AUTO_TEST_CASE(a_repeated_batch_is_appended_once)
{
    redis_server server;
    auto options = options_for(server);
    options.request_timeout = std::chrono::milliseconds(100);
    backplane log(options);
    collecting_reader reader;
    log.tail(reader, {});
    reader.wait_for(1);
    BOOST_REQUIRE(append(log, "a").has_value());
    server.suspend();
    auto later = append_later(log, "b");
    std::this_thread::sleep_for(std::chrono::milliseconds(300)); // several attempts are in the socket of the server
    server.resume();
    const auto id = get(std::move(later)).value();
    BOOST_REQUIRE(append(log, "c").has_value());
    const auto items = reader.wait_for_last("c");
    BOOST_TEST((reader.texts() == std::vector<std::string>{"begin", "a", "b", "c"}));
    BOOST_TEST(std::to_string(items[2].number) == id);
    log.stop(reader);
}

BOOST_AUTO_TEST_CASE(a_full_server_refuses_events_and_recovers)
{
    const redis_server server;
    message_list messages;
    auto options = options_for(server);
    options.log = messages.sink();
    backplane log(options);
    const auto a = append(log, "a").value();
    BOOST_TEST(server.command({"CONFIG", "SET", "maxmemory", "1"}) == "OK");
    BOOST_TEST((append(log, "b").error() == unavailable));
    BOOST_TEST((append(log, "b").error() == unavailable));
    BOOST_TEST(messages.count("OOM") == 1U);
    BOOST_TEST(server.command({"CONFIG", "SET", "maxmemory", "0"}) == "OK");
    BOOST_TEST(append(log, "c").value() == std::to_string(std::stoull(a) + 1));
}

BOOST_AUTO_TEST_CASE(an_idempotency_key_is_valid_on_every_node)
{
    const redis_server server;
    backplane one(options_for(server));
    backplane two(options_for(server));
    const auto id = append(one, "a", "k").value();
    BOOST_TEST(append(two, "a", "k").value() == id);
    BOOST_TEST(append(two, "a", "l").value() != id);
}

BOOST_AUTO_TEST_CASE(too_few_replicas_make_the_outcome_unknown)
{
    const redis_server primary;
    auto options = options_for(primary);
    options.min_replicas = 1;
    options.replica_timeout = std::chrono::milliseconds(20);
    backplane log(options);
    BOOST_TEST((append(log, "a").error() == unknown));
    const redis_server replica({.config = "replicaof 127.0.0.1 " + std::to_string(primary.port())});
    BOOST_TEST(eventually([&] { return append(log, "b").has_value(); }));
}

BOOST_AUTO_TEST_CASE(an_event_with_an_id_is_refused)
{
    const redis_server server;
    backplane log(options_for(server));
    const auto refused = log.append(draft({.data = "x", .id = 9}), {}, nullptr);
    BOOST_TEST((refused.error() == rill::make_error_code(rill::error::event_id_refused)));
}

BOOST_AUTO_TEST_SUITE_END()
