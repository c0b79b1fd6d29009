#include "redis/log_state.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using rill::redis::detail::log_state;

BOOST_AUTO_TEST_SUITE(redis_log_state_test)

BOOST_AUTO_TEST_CASE(the_epoch_and_the_highest_number_never_decrease)
{
    log_state state({});
    state.learn(10, 15);
    state.learn(20, 12);
    state.learn(5, 6);
    BOOST_TEST(state.epoch() == 20U);
    BOOST_TEST(state.highest() == 15U);
}

BOOST_AUTO_TEST_CASE(an_older_epoch_is_accepted_after_several_attempts_and_some_time)
{
    using std::chrono::seconds;
    rill::redis::backplane_options options;
    options.sentinel.addresses = {{}};
    log_state state(options);
    const auto begin = log_state::clock::now();
    for (int i = 0; i != 4; ++i) {
        state.count_outdated(begin + seconds(i));
        BOOST_TEST(!state.accepts_older_epoch(begin + seconds(20)));
    }
    state.count_outdated(begin + seconds(4));
    BOOST_TEST(!state.accepts_older_epoch(begin + seconds(14)));
    BOOST_TEST(state.accepts_older_epoch(begin + seconds(15)));
    BOOST_TEST(state.was_outdated_for_long(begin + seconds(15)));
    state.learn(1, 1);
    BOOST_TEST(!state.accepts_older_epoch(begin + seconds(20)));
}

BOOST_AUTO_TEST_CASE(without_sentinels_an_older_epoch_is_accepted_after_several_attempts)
{
    log_state state({});
    const auto now = log_state::clock::now();
    for (int i = 0; i != 5; ++i) {
        BOOST_TEST(!state.accepts_older_epoch(now));
        state.count_outdated(now);
    }
    BOOST_TEST(state.accepts_older_epoch(now));
}

BOOST_AUTO_TEST_CASE(an_older_epoch_of_a_newer_primary_is_accepted_at_once)
{
    log_state state({});
    const auto now = log_state::clock::now();
    state.primary().learn("a:1", 1);
    state.learn(100, 100);
    BOOST_TEST(!state.accepts_older_epoch(now));
    state.primary().learn("b:1", 2);
    BOOST_TEST(state.accepts_older_epoch(now));
    BOOST_TEST(!state.was_outdated_for_long(now));
    state.learn(50, 60);
    BOOST_TEST(state.accepts_older_epoch(now));
    state.learn(200, 200);
    BOOST_TEST(!state.accepts_older_epoch(now));
}

BOOST_AUTO_TEST_CASE(the_keys_of_a_log_have_one_hash_tag)
{
    rill::redis::backplane_options options;
    options.key = "chat";
    const log_state plain(options);
    BOOST_TEST(plain.state_key() == "{chat}:state");
    BOOST_TEST(plain.ages_key() == "{chat}:ages");
    BOOST_TEST(plain.idempotency_prefix() == "{chat}:key:");
    BOOST_TEST(plain.writer_key() != log_state(options).writer_key());
    options.key = "{app}chat";
    BOOST_TEST(log_state(options).state_key() == "{app}chat:state");
}

BOOST_AUTO_TEST_CASE(a_message_is_not_repeated)
{
    std::vector<std::string> lines;
    rill::redis::backplane_options options;
    options.log = [&](rill::log_level level, std::string_view line) {
        BOOST_TEST((level == rill::log_level::info));
        lines.emplace_back(line);
    };
    log_state state(options);
    state.report("h:1", "connected");
    state.report("h:1", "connected");
    state.report("h:1", "read: end of file");
    state.report("h:1", "connected");
    BOOST_TEST((lines == std::vector<std::string>{"redis h:1: connected", "redis h:1: read: end of file",
                                                  "redis h:1: connected"}));
}

BOOST_AUTO_TEST_CASE(counters)
{
    using std::chrono::microseconds;
    log_state state({});
    BOOST_TEST(!state.stats().connected);
    state.count_connected(true);
    BOOST_TEST(state.stats().connected);
    BOOST_TEST(state.stats().reconnects == 0U);
    state.count_connected(false);
    state.count_disconnected();
    BOOST_TEST(state.stats().connected);
    state.count_disconnected();
    state.count_appended(microseconds(100));
    state.count_appended(microseconds(101));
    state.count_appended(std::chrono::hours(1));
    state.count_not_appended(rill::error::outcome_unknown);
    state.count_not_appended(rill::error::log_unavailable);
    state.count_read_failure();
    state.count_gap();
    state.learn(100, 107);
    state.set_position(105);
    const auto stats = state.stats();
    BOOST_TEST(!stats.connected);
    BOOST_TEST(stats.reconnects == 1U);
    BOOST_TEST(stats.appended == 3U);
    BOOST_TEST(stats.append_latency[0] == 1U);
    BOOST_TEST(stats.append_latency[1] == 1U);
    BOOST_TEST(stats.unknown_outcomes == 1U);
    BOOST_TEST(stats.append_failures == 1U);
    BOOST_TEST(stats.read_failures == 1U);
    BOOST_TEST(stats.gaps == 1U);
    BOOST_TEST(stats.reader_lag == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
