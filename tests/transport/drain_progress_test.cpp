#include "transport/drain_progress.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <deque>
#include <rill/core/shutdown_signal.hpp>

#include "transport/fake_connection.hpp"

BOOST_AUTO_TEST_SUITE(drain_progress_test)

namespace {

using namespace std::chrono_literals;
using rill::transport::connection_table;
using rill::transport::drain_progress;
using rill_test::fake_connection;

struct draining
{
    boost::asio::io_context io{1};
    connection_table table;
    drain_progress drain{io, table};
    std::deque<fake_connection> all;
    bool is_drained = false;

    draining(int idle, int streams)
    {
        rill::timer_service::of(io).use_manual_clock();
        table.reserve(idle + streams);
        for (int i = 0; i < idle + streams; ++i) {
            table.add(i, all.emplace_back(i >= idle));
        }
        drain.on_drained = [this] { is_drained = true; };
    }

    auto drained() const
    {
        return std::ranges::count_if(all, [](const auto& c) { return c.drained != 0; });
    }

    void pass(std::chrono::milliseconds time)
    {
        rill::timer_service::of(io).advance(time);
        io.restart();
        io.poll();
    }

    void close(int socket)
    {
        table.remove(socket);
        drain.connection_closed();
    }
};

} // namespace

BOOST_AUTO_TEST_CASE(connections_without_a_stream_are_drained_at_once)
{
    draining d(3, 0);
    BOOST_TEST(!d.drain.begun());
    d.drain.begin(1h);
    BOOST_TEST(d.drain.begun());
    BOOST_TEST(rill::shutdown_signal::of(d.io).requested());
    BOOST_TEST(d.drained() == 3);
}

BOOST_AUTO_TEST_CASE(streams_are_drained_one_after_another)
{
    draining d(1, 20);
    d.drain.begin(1h); // the delay per stream is at most one millisecond
    BOOST_TEST(d.drained() == 2);
    d.pass(6ms);
    BOOST_TEST(d.drained() == 8);
    d.pass(6ms);
    BOOST_TEST(d.drained() == 14);
    d.pass(10ms);
    BOOST_TEST(d.drained() == 21);
}

BOOST_AUTO_TEST_CASE(without_a_window_all_streams_are_drained_at_once)
{
    draining d(0, 20);
    d.drain.begin(0ms);
    BOOST_TEST(d.drained() == 20);
}

BOOST_AUTO_TEST_CASE(the_event_loop_reports_the_end_once)
{
    draining d(2, 0);
    d.close(0); // before the drain
    d.drain.begin(0ms);
    d.pass(1ms);
    BOOST_TEST(!d.is_drained);
    d.close(1);
    BOOST_TEST(!d.is_drained);
    d.pass(1ms);
    BOOST_TEST(d.is_drained);
    BOOST_TEST(!d.drain.on_drained);
}

BOOST_AUTO_TEST_CASE(a_drain_without_connections_ends_at_once)
{
    draining d(0, 0);
    d.drain.begin(1h);
    BOOST_TEST(!d.is_drained);
    d.pass(0ms);
    BOOST_TEST(d.is_drained);
}

BOOST_AUTO_TEST_SUITE_END()
