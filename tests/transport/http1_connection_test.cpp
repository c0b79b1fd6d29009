// A connection's life: how it begins, what its client does to it in each phase, and how it ends.

#include "transport/http1_connection.hpp"

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <rill/core/interval.hpp>
#include <sys/mman.h>

#include "support/counted.hpp"
#include "transport/stage.hpp"

using namespace rill_test;
using rill::close_reason;
using rill::transport::http1_connection;

BOOST_AUTO_TEST_SUITE(http1_connection_test)

namespace {

struct connections : stage
{
    loopback pair;
    int socket = pair.server;
    http1_connection* streaming = nullptr;

    explicit connections(rill::capacity_limits most = {}) : stage([this](rill::request& r) { return handle(r); }, most)
    {
        worker.timers.use_manual_clock();
    }

    rill::awaitable<rill::response> handle(rill::request& r)
    {
        counted here;
        if (r.path() == "/waits") {
            co_await rill::sleep_for(1h);
        }
        if (r.path() == "/much") {
            co_return rill::response::text(much());
        }
        if (r.path() == "/stream") {
            co_return rill::response::stream([this](rill::response_writer& out) { return stream(out); });
        }
        co_return rill::response::text("done");
    }

    rill::awaitable<> stream(rill::response_writer& out)
    {
        counted here;
        streaming = &static_cast<http1_connection&>(out);
        co_await out.write("begun");
        co_await rill::sleep_for(1h);
    }

    void begin(std::string_view request)
    {
        accept(pair);
        pair.client_sends(request);
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(what_can_not_be_watched_is_an_error_and_is_closed)
{
    connections s;
    const int file = ::memfd_create("no socket", MFD_CLOEXEC); // which epoll refuses
    BOOST_TEST(http1_connection::start(s.worker, file) == boost::system::errc::operation_not_permitted);
    BOOST_TEST(::fcntl(file, F_GETFD) == -1);
    BOOST_TEST(s.worker.connections() == 0U);
    BOOST_TEST(s.room.connections == 0U);
}

BOOST_AUTO_TEST_CASE(who_has_no_place_at_all_is_reset)
{
    connections s({.max_connections = 1});
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
    BOOST_TEST(s.room.connections == 0U);
    BOOST_TEST(s.room.refusing == 0U);
}

BOOST_AUTO_TEST_CASE(bytes_behind_a_request_are_no_reason_to_end_up_to_a_limit)
{
    for (const auto* path : {"/waits", "/stream"}) {
        connections s;
        s.begin(get(path));
        s.run_until([] { return counted::alive() == 1; });
        s.pair.client_sends(std::string(s.limits.input_behind_stream, 'p'));
        s.run_until_arrived(s.pair, s.socket, false);
        BOOST_TEST(s.worker.connections() == 1U);
        BOOST_TEST(counted::alive() == 1);
        s.pair.client_sends("p");
        s.run_until_gone();
        BOOST_TEST(counted::alive() == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_fin_in_the_same_turn_as_the_request_is_seen)
{
    connections s;
    s.pair.client_sends(get("/waits"));
    ::shutdown(s.pair.client, SHUT_WR);
    s.accept(s.pair);
    s.run_until([] { return counted::alive() == 1; });
    s.pass(s.limits.half_close_timeout + 2ms);
    s.run_until_gone();
    BOOST_TEST(counted::alive() == 0);
}

BOOST_AUTO_TEST_CASE(the_first_reason_stays)
{
    connections s;
    s.begin(get("/stream"));
    s.run_until_received(s.pair, "begun");
    BOOST_TEST(s.streaming->streams());
    s.streaming->cancel(close_reason::drained);
    s.streaming->cancel(close_reason::evicted);
    s.streaming->end(close_reason::evicted);
    s.run_until([&] { return !s.closed.empty(); });
    BOOST_TEST((s.closed == std::vector{close_reason::drained}));
    BOOST_TEST(counted::alive() == 0);
}

// In the frame itself the stream must not end before it is left.
BOOST_AUTO_TEST_CASE(an_end_comes_from_the_event_loop)
{
    connections s;
    s.begin(get("/stream"));
    s.run_until_received(s.pair, "begun");
    s.streaming->end(close_reason::evicted);
    BOOST_TEST((s.streaming->reason() == close_reason::evicted)); // known at once
    BOOST_TEST(counted::alive() == 1);
    s.run_until_gone();
    BOOST_TEST(counted::alive() == 0);
    BOOST_TEST((s.closed == std::vector{close_reason::evicted}));
}

// After its FIN a client may still be reading, once its response has begun.
BOOST_AUTO_TEST_CASE(a_client_that_has_finished_sending_gets_the_whole_response)
{
    connections s;
    narrow(s.pair);
    s.begin(get("/much"));
    s.run_until([&] { return s.worker.figures.blocked == 1; });
    ::shutdown(s.pair.client, SHUT_WR);
    s.turn();
    const auto all = s.run_until_end(s.pair);
    BOOST_TEST(!all.reset);
    BOOST_TEST(all.text.ends_with("\r\n\r\n" + much()));
    s.run_until_gone();
}

BOOST_AUTO_TEST_CASE(a_reset_ends_a_response)
{
    connections s;
    narrow(s.pair);
    s.begin(get("/much"));
    s.run_until([&] { return s.worker.figures.blocked == 1; });
    s.pair.reset_client();
    s.run_until_gone();
    BOOST_TEST(s.room.queued_bytes == 0U);
    BOOST_TEST(s.worker.figures.blocked == 0U);
    BOOST_TEST(s.log == "");
}

BOOST_AUTO_TEST_SUITE_END()
