// The start, the cancellation and the end of a connection.

#include "transport/http1_connection.hpp"

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <sys/mman.h>

#include "transport/handled_connection.hpp"

using namespace rill_test;
using rill::close_reason;
using rill::transport::http1_connection;

BOOST_AUTO_TEST_SUITE(http1_connection_test)

BOOST_AUTO_TEST_CASE(a_descriptor_that_epoll_refuses_is_an_error_and_is_closed)
{
    handled_connection s;
    const int file = ::memfd_create("no socket", MFD_CLOEXEC); // epoll rejects it
    BOOST_TEST(http1_connection::start(s.worker, file) == boost::system::errc::operation_not_permitted);
    BOOST_TEST(::fcntl(file, F_GETFD) == -1);
    BOOST_TEST(s.worker.connections() == 0U);
    BOOST_TEST(s.shared_capacity.connections == 0U);
}

BOOST_AUTO_TEST_CASE(a_connection_beyond_all_limits_is_reset)
{
    handled_connection s({.max_connections = 1});
    std::vector<std::unique_ptr<loopback>> pairs;
    const auto accept_until = [&](auto condition) {
        while (pairs.size() < 500 && !condition()) {
            pairs.push_back(std::make_unique<loopback>());
            s.accept(*pairs.back());
        }
        BOOST_REQUIRE(condition());
    };
    accept_until([&] { return s.worker.connections() < pairs.size(); });
    BOOST_TEST(s.worker.connections() == pairs.size() - 1);
    const auto end = s.run_until_end(*pairs.back());
    BOOST_TEST(end.reset);
    BOOST_TEST(end.text == "");
    for (const auto& pair : pairs) {
        pair->reset_client();
    }
    s.run_until_gone();
    BOOST_TEST(s.shared_capacity.connections == 0U);
    BOOST_TEST(s.shared_capacity.provisional == 0U);
}

BOOST_AUTO_TEST_CASE(the_first_close_reason_is_kept)
{
    handled_connection s;
    s.begin(get("/stream"));
    s.run_until_received(s.pair, "begun");
    BOOST_TEST(s.streaming->has_stream());
    s.streaming->cancel(close_reason::drained);
    s.streaming->cancel(close_reason::evicted);
    s.streaming->end(close_reason::evicted);
    s.run_until([&] { return !s.closed.empty(); });
    BOOST_TEST((s.closed == std::vector{close_reason::drained}));
    BOOST_TEST(counted::alive() == 0);
}

// The stream's own coroutine may call end(). Therefore end() only sets the reason, and the event loop ends the stream.
BOOST_AUTO_TEST_CASE(the_event_loop_ends_the_stream)
{
    handled_connection s;
    s.begin(get("/stream"));
    s.run_until_received(s.pair, "begun");
    s.streaming->end(close_reason::evicted);
    BOOST_TEST((s.streaming->reason() == close_reason::evicted)); // end() sets the reason immediately
    BOOST_TEST(counted::alive() == 1);
    s.run_until_gone();
    BOOST_TEST(counted::alive() == 0);
    BOOST_TEST((s.closed == std::vector{close_reason::evicted}));
}

BOOST_AUTO_TEST_SUITE_END()
