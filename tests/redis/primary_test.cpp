#include "redis/primary.hpp"

#include "log_fixture.hpp"
#include "run_coroutine.hpp"
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>

using namespace rill::redis::detail;
using namespace rill_test;

BOOST_AUTO_TEST_SUITE(redis_primary_test)

namespace {

outcome<endpoint> find(const rill::redis::backplane_options& options)
{
    log_state state(options);
    boost::asio::io_context context;
    return run_coroutine(context, find_primary(context, state));
}

redis_server::settings sentinel_of(const redis_server& primary, int version = 0)
{
    return {.sentinel = true,
            .config = "sentinel monitor main 127.0.0.1 " + std::to_string(primary.port()) +
                      " 1\nsentinel config-epoch main " + std::to_string(version)};
}

} // namespace

BOOST_AUTO_TEST_CASE(without_sentinels_it_is_the_configured_server)
{
    rill::redis::backplane_options options;
    options.server = {"example.org", 7};
    BOOST_TEST(find(options).value().text() == "example.org:7");
    options.unix_socket = "/s";
    BOOST_TEST(find(options).value().text() == "/s");
}

BOOST_AUTO_TEST_CASE(a_sentinel_that_does_not_answer_is_left_out)
{
    const redis_server primary;
    const redis_server sentinel(sentinel_of(primary));
    rill::redis::backplane_options options;
    options.sentinel.addresses = {{"127.0.0.1", free_port()}, {"127.0.0.1", sentinel.port()}};
    options.sentinel.master_name = "main";
    BOOST_TEST(find(options).value().server.port == primary.port());
    options.sentinel.master_name = "other";
    const auto unknown = find(options);
    BOOST_REQUIRE(!unknown);
    BOOST_TEST((unknown.error().code == rill::redis::errc::no_primary));
    BOOST_TEST(unknown.error().where.find(std::to_string(sentinel.port())) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_newest_configuration_decides)
{
    const redis_server before;
    const redis_server after;
    const redis_server late(sentinel_of(before, 3));
    const redis_server informed(sentinel_of(after, 4));
    rill::redis::backplane_options options;
    options.sentinel.master_name = "main";
    options.sentinel.addresses = {{"127.0.0.1", late.port()}, {"127.0.0.1", informed.port()}};
    BOOST_TEST(find(options).value().server.port == after.port());
    std::ranges::reverse(options.sentinel.addresses);
    BOOST_TEST(find(options).value().server.port == after.port());
    informed.suspend();
    BOOST_TEST(find(options).value().server.port == before.port());
    informed.resume();
}

BOOST_AUTO_TEST_CASE(an_older_configuration_is_refused_for_some_time)
{
    const redis_server before;
    const redis_server after;
    const redis_server late(sentinel_of(before, 3));
    redis_server informed(sentinel_of(after, 4));
    rill::redis::backplane_options options;
    options.sentinel.master_name = "main";
    options.sentinel.addresses = {{"127.0.0.1", late.port()}, {"127.0.0.1", informed.port()}};
    log_state state(options);
    boost::asio::io_context context;
    const auto ask = [&] { return run_coroutine(context, find_primary(context, state)); };
    BOOST_TEST(ask().value().server.port == after.port());
    informed.stop();
    const auto refused = ask();
    BOOST_REQUIRE(!refused);
    BOOST_TEST((refused.error().code == rill::redis::errc::outdated_server));
    BOOST_TEST(state.primary().was_replaced("127.0.0.1:" + std::to_string(before.port())));
    for (int i = 0; i != 5; ++i) {
        state.count_outdated(log_state::clock::now() - std::chrono::minutes(1));
    }
    BOOST_TEST(ask().value().server.port == before.port());
}

BOOST_AUTO_TEST_CASE(the_watch_notices_a_new_primary)
{
    const redis_server before;
    const redis_server after;
    const redis_server sentinel(sentinel_of(before));
    rill::redis::backplane_options options;
    options.check_interval = std::chrono::milliseconds(20);
    options.sentinel.master_name = "main";
    options.sentinel.addresses = {{"127.0.0.1", sentinel.port()}};
    log_state state(options);
    boost::asio::io_context context;
    boost::asio::co_spawn(context, watch_primary(context, state), boost::asio::detached);
    const auto knows = [&](const redis_server& other) {
        return eventually([&] {
            context.run_for(std::chrono::milliseconds(10));
            return state.primary().was_replaced("127.0.0.1:" + std::to_string(other.port()));
        });
    };
    BOOST_TEST(knows(after));
    sentinel.command({"SENTINEL", "REMOVE", "main"});
    sentinel.command({"SENTINEL", "MONITOR", "main", "127.0.0.1", std::to_string(after.port()), "1"});
    BOOST_TEST(knows(before));
}

BOOST_AUTO_TEST_CASE(a_sentinel_may_need_a_password)
{
    const redis_server primary;
    auto settings = sentinel_of(primary);
    settings.config += "\nrequirepass secret";
    const redis_server sentinel(settings);
    rill::redis::backplane_options options;
    options.sentinel.addresses = {{"127.0.0.1", sentinel.port()}};
    options.sentinel.master_name = "main";
    BOOST_TEST(!find(options).has_value());
    options.sentinel.password = "secret";
    BOOST_TEST(find(options).value().server.port == primary.port());
}

BOOST_AUTO_TEST_SUITE_END()
