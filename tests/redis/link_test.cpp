#include "redis/link.hpp"

#include "log_fixture.hpp"
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>

using namespace rill::redis::detail;
using namespace rill_test;
using std::chrono::milliseconds;

BOOST_AUTO_TEST_SUITE(redis_link_test)

using rill::failure;

BOOST_AUTO_TEST_CASE(the_pause_doubles_up_to_the_maximum)
{
    retry_pause pause(milliseconds(50), milliseconds(300));
    for (const int expected : {50, 100, 200, 300, 300}) {
        BOOST_TEST((pause.next() == milliseconds(expected)));
    }
    pause.reset();
    BOOST_TEST((pause.next() == milliseconds(50)));
    retry_pause none(milliseconds(0), milliseconds(0));
    BOOST_TEST((none.next() == milliseconds(1)));
}

BOOST_AUTO_TEST_CASE(a_connection_is_renewed_after_an_error_and_after_an_exception)
{
    const redis_server server;
    message_list messages;
    auto options = options_for(server);
    options.log = messages.sink();
    boost::asio::io_context context;
    log_state state(options);
    int connections = 0;
    rill::redis::detail::link tested(context, state, [&](session&) -> rill::awaitable<failure> {
        if (++connections == 3) {
            context.stop();
        } else if (connections == 2) {
            throw std::runtime_error("a callback failed");
        }
        co_return failure(rill::make_error_code(rill::error::log_unavailable), "test");
    });
    boost::asio::co_spawn(context, tested.run(), boost::asio::detached);
    context.run();
    BOOST_TEST(connections == 3);
    BOOST_TEST(state.stats().reconnects == 2U);
    BOOST_TEST(messages.count("connected") == 3U);
    BOOST_TEST(messages.contain("test: the log is not available"));
    BOOST_TEST(messages.contain("a callback failed"));
}

BOOST_AUTO_TEST_SUITE_END()
