#include "redis/node.hpp"

#include "log_fixture.hpp"
#include <boost/test/unit_test.hpp>

using namespace rill_test;
using rill::redis::backplane;

BOOST_AUTO_TEST_SUITE(redis_node_test)

BOOST_AUTO_TEST_CASE(the_destructor_ends_all_operations)
{
    redis_server server;
    std::vector<std::future<append_result>> later;
    std::promise<rill::result<backplane::page>> page;
    collecting_reader reader;
    {
        backplane log(options_for(server));
        log.tail(reader, {});
        reader.wait_for(1);
        const auto id = append(log, "a").value();
        server.suspend();
        later.push_back(append_later(log, "b"));
        later.push_back(append_later(log, "c"));
        log.read_after({.after = id}, [&](auto result) { page.set_value(std::move(result)); });
        BOOST_TEST(log.stats().pending_appends == 2U);
        log.stop(reader);
    }
    for (auto& one : later) {
        const auto result = get(std::move(one));
        BOOST_REQUIRE(!result);
        BOOST_TEST((result.error() == rill::error::outcome_unknown || result.error() == rill::error::log_unavailable));
    }
    BOOST_TEST((page.get_future().get().error() == rill::make_error_code(rill::error::log_unavailable)));
    server.resume();
}

BOOST_AUTO_TEST_CASE(a_callback_may_destroy_the_log)
{
    const redis_server server;
    auto log = std::make_unique<backplane>(options_for(server));
    std::promise<void> destroyed;
    auto* raw = log.get();
    static_cast<void>(raw->append(draft({.data = "x"}), {}, [&](const append_result&) {
        log.reset();
        destroyed.set_value();
    }));
    BOOST_REQUIRE(destroyed.get_future().wait_for(redis_patience) == std::future_status::ready);
}

BOOST_AUTO_TEST_CASE(a_callback_that_throws_does_not_stop_the_log)
{
    const redis_server server;
    message_list messages;
    auto options = options_for(server);
    options.log = messages.sink();
    backplane log(options);
    static_cast<void>(log.append(draft({.data = "x"}), {},
                                 [](const append_result&) { throw std::runtime_error("a callback failed"); }));
    BOOST_TEST(append(log, "y").has_value());
    BOOST_TEST(messages.contain("a callback failed"));
}

BOOST_AUTO_TEST_CASE(invalid_options_are_refused)
{
    const auto refused = [](auto change) {
        rill::redis::backplane_options options;
        change(options);
        BOOST_CHECK_THROW(backplane{options}, std::invalid_argument);
    };
    refused([](auto& o) { o.key.clear(); });
    refused([](auto& o) { o.username = "user"; });
    refused([](auto& o) { o.max_batch = 0; });
    refused([](auto& o) { o.max_batch = 1'001; });
    refused([](auto& o) { o.replica_timeout = {}; });
    refused([](auto& o) { o.check_interval = {}; });
    refused([](auto& o) { o.sentinel.addresses = {{}}; });
}

BOOST_AUTO_TEST_SUITE_END()
