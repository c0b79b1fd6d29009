// Clients that disconnect, half-close, reset or flood the connection, in each phase.

#include "transport/http1_peer_watch.hpp"

#include <boost/test/unit_test.hpp>

#include "transport/handled_connection.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(http1_peer_watch_test)

BOOST_AUTO_TEST_CASE(pipelined_bytes_above_the_limit_end_the_connection)
{
    for (const auto* path : {"/waits", "/stream"}) {
        handled_connection s;
        s.begin(get(path));
        s.run_until([] { return counted::alive() == 1; });
        s.pair.client_sends(std::string(s.limits.max_pipelined_bytes, 'p'));
        s.run_until_arrived(s.pair, s.socket, false);
        BOOST_TEST(s.worker.connections() == 1U);
        BOOST_TEST(counted::alive() == 1);
        s.pair.client_sends("p");
        s.run_until_gone();
        BOOST_TEST(counted::alive() == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_fin_that_arrives_with_the_request_is_detected)
{
    handled_connection s;
    s.pair.client_sends(get("/waits"));
    ::shutdown(s.pair.client, SHUT_WR);
    s.accept(s.pair);
    s.run_until([] { return counted::alive() == 1; });
    s.pass(s.limits.half_close_timeout + 2ms);
    s.run_until_gone();
    BOOST_TEST(counted::alive() == 0);
}

// After its FIN a client may still read its response.
BOOST_AUTO_TEST_CASE(a_client_that_has_finished_sending_gets_the_whole_response)
{
    handled_connection s;
    narrow(s.pair);
    s.begin(get("/much"));
    s.run_until([&] { return s.worker.stats.blocked == 1; });
    ::shutdown(s.pair.client, SHUT_WR);
    s.turn();
    const auto all = s.run_until_end(s.pair);
    BOOST_TEST(!all.reset);
    BOOST_TEST(all.text.ends_with("\r\n\r\n" + much()));
    s.run_until_gone();
}

BOOST_AUTO_TEST_CASE(a_reset_ends_a_response)
{
    handled_connection s;
    narrow(s.pair);
    s.begin(get("/much"));
    s.run_until([&] { return s.worker.stats.blocked == 1; });
    s.pair.reset_client();
    s.run_until_gone();
    BOOST_TEST(s.shared_capacity.queued_bytes == 0U);
    BOOST_TEST(s.worker.stats.blocked == 0U);
    BOOST_TEST(s.log == "");
}

BOOST_AUTO_TEST_SUITE_END()
