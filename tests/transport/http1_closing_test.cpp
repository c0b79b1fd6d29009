// How a connection ends whose client has been told all.

#include <boost/test/unit_test.hpp>
#include <sys/socket.h>

#include "transport/http1_connection.hpp"
#include "transport/stage.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(http1_closing_test)

namespace {

struct closing : stage
{
    loopback pair;
    int socket = pair.server;

    closing() : stage([](rill::request& r) { return handle(r); }) { worker.timers.use_manual_clock(); }

    static rill::awaitable<rill::response> handle(rill::request& r)
    {
        co_return rill::response::text(r.path() == "/much" ? much() : "done");
    }

    void begin(std::string_view request)
    {
        accept(pair);
        pair.client_sends(request);
    }

    // Until its response has been read, and the server's side has ended.
    void run_until_closing()
    {
        begin(get("/a", "Connection: close\r\n"));
        BOOST_TEST(run_until_end(pair).text.ends_with("done"));
        BOOST_TEST(worker.connections() == 1U); // it waits for the client's end
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_closed_connection_waits_for_its_client)
{
    closing s;
    s.run_until_closing();
    s.pair.client_sends(std::string(100'000, 'i')); // is read, and ignored
    s.run_until_arrived(s.pair, s.socket);
    BOOST_TEST(s.worker.connections() == 1U);
    s.pair.close_client();
    s.run_until_gone();
}

BOOST_AUTO_TEST_CASE(but_not_for_ever)
{
    closing s;
    s.run_until_closing();
    s.pass(s.limits.linger_timeout - 1ms);
    BOOST_TEST(s.worker.connections() == 1U);
    s.pass(2ms);
    s.run_until_gone();
    // Its next byte meets a connection that is gone.
    s.run_until([&] { return ::send(s.pair.client, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0; });
}

BOOST_AUTO_TEST_CASE(a_shutdown_does_not_wait_for_it)
{
    closing s;
    bool drained = false;
    s.worker.on_drained = [&] { drained = true; };
    s.run_until_closing();
    s.worker.begin_drain();
    s.turn();
    BOOST_TEST(!drained);
    s.worker.cancel_all();
    s.run_until([&] { return drained; });
}

// The end of the output comes behind all of it.
BOOST_AUTO_TEST_CASE(what_is_unsent_is_sent_first)
{
    closing s;
    narrow(s.pair);
    s.begin(get("/much", "Connection: close\r\n"));
    s.run_until([&] { return s.worker.figures.blocked == 1; });
    s.pair.client_sends("ignored");
    const auto all = s.run_until_end(s.pair);
    BOOST_TEST(!all.reset);
    BOOST_TEST(all.text.ends_with("\r\n\r\n" + much()));
    s.pair.close_client();
    s.run_until_gone();
}

BOOST_AUTO_TEST_CASE(a_flood_without_end_meets_the_deadline)
{
    closing s;
    s.run_until_closing();
    const std::string flood(64UL * 1024, 'f');
    const auto send_much = [&] {
        while (::send(s.pair.client, flood.data(), flood.size(), MSG_NOSIGNAL | MSG_DONTWAIT) > 0) {
        }
    };
    for (int i = 0; i < 20; ++i) {
        send_much();
        s.turn();
    }
    BOOST_TEST(s.worker.connections() == 1U);
    send_much();
    s.worker.timers.advance(s.limits.linger_timeout + 1ms);
    s.run_until_gone();
}

BOOST_AUTO_TEST_SUITE_END()
