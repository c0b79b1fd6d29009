#include "redis/feed.hpp"

#include "log_fixture.hpp"
#include <boost/test/unit_test.hpp>

using namespace rill_test;
using rill::redis::backplane;

BOOST_AUTO_TEST_SUITE(redis_feed_test)

BOOST_AUTO_TEST_CASE(a_removed_stream_is_a_gap_without_any_append)
{
    const redis_server server;
    backplane log(options_for(server));
    collecting_reader reader;
    log.tail(reader, {});
    reader.wait_for(1);
    const auto a = append(log, "a").value();
    reader.wait_for(2);
    BOOST_TEST(server.command({"FLUSHALL"}) == "OK");
    const auto items = reader.wait_for(3);
    BOOST_TEST(items[2].text == "gap");
    BOOST_TEST(items[2].number > std::stoull(a) + 1);
    const auto b = append(log, "b").value();
    BOOST_TEST(std::stoull(b) == items[2].number + 1);
    reader.wait_for_last("b");
    BOOST_TEST(log.stats().gaps == 1U);
    log.stop(reader);
}

BOOST_AUTO_TEST_CASE(events_that_were_removed_too_early_are_a_gap)
{
    redis_server server;
    backplane log(options_for(server));
    collecting_reader reader;
    log.tail(reader, {});
    reader.wait_for(1);
    BOOST_REQUIRE(append(log, "a").has_value());
    reader.wait_for(2);
    const auto id = append(log, "b").value();
    reader.wait_for_last("b");
    // A script of somebody else adds events and removes them before the reader can read them.
    const auto script = "redis.call('HSET', '{rill}:state', 'last', ARGV[2]) "
                        "redis.call('XADD', 'rill', ARGV[1] .. '-0', 't', '', 'd', 'lost') "
                        "redis.call('XADD', 'rill', ARGV[2] .. '-0', 't', '', 'd', 'c') "
                        "return redis.call('XDEL', 'rill', ARGV[1] .. '-0')";
    const auto next = std::stoull(id) + 1;
    BOOST_TEST(server.command({"EVAL", script, "0", std::to_string(next), std::to_string(next + 1)}) == "1");
    const auto items = reader.wait_for_last("c");
    BOOST_TEST((reader.texts() == std::vector<std::string>{"begin", "a", "b", "gap", "c"}));
    BOOST_TEST(items[3].number == next);
    log.stop(reader);
}

BOOST_AUTO_TEST_CASE(large_and_many_events_arrive)
{
    const redis_server server;
    backplane log(options_for(server));
    collecting_reader reader;
    log.tail(reader, {});
    reader.wait_for(1);
    std::vector<std::future<append_result>> later;
    for (int i = 0; i != 12; ++i) {
        later.push_back(append_later(log, std::string(1'000'000, 'x')));
    }
    for (int i = 0; i != 2'000; ++i) {
        later.push_back(append_later(log, "small"));
    }
    for (auto& one : later) {
        BOOST_REQUIRE(get(std::move(one)).has_value());
    }
    const auto items = reader.wait_for(2'013);
    for (std::size_t i = 1; i != items.size(); ++i) {
        BOOST_REQUIRE(items[i].number == items[i - 1].number + 1);
    }
    log.stop(reader);
}

BOOST_AUTO_TEST_SUITE_END()
