#include "transport/worker_stats.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(worker_stats_test)

using rill::close_reason;
using rill::transport::worker_stats;

BOOST_AUTO_TEST_CASE(streams_are_counted_by_route_and_by_reason)
{
    worker_stats a;
    const auto ticks = a.route("/ticks");
    BOOST_TEST(a.route("/rooms/{room}") != ticks);
    BOOST_TEST(a.route("/ticks") == ticks);
    a.stream_opened(ticks);
    a.stream_opened(ticks);
    a.stream_closed(ticks, close_reason::drained);
    BOOST_TEST(a.routes[ticks].open == 1);
    BOOST_TEST(a.routes[ticks].opened == 2);
    BOOST_TEST(a.routes[ticks].closed[static_cast<std::size_t>(close_reason::drained)] == 1);
}

BOOST_AUTO_TEST_CASE(the_sum_matches_routes_by_name)
{
    worker_stats a;
    a.stream_opened(a.route("/a"));
    a.events = 1;
    a.responded(200);
    a.responded(999);
    worker_stats b;
    b.stream_opened(b.route("/b"));
    b.stream_opened(b.route("/a"));
    b.stream_closed(b.route("/a"), close_reason::peer_closed);
    b.events = 2;
    b.responded(204);
    worker_stats sum;
    sum.add(a);
    sum.add(b);
    BOOST_TEST(sum.events == 3);
    BOOST_TEST(sum.responses[2] == 2);
    BOOST_TEST(sum.responses[5] == 1);
    BOOST_TEST(sum.routes[sum.route("/a")].open == 1);
    BOOST_TEST(sum.routes[sum.route("/a")].opened == 2);
    BOOST_TEST(sum.routes[sum.route("/b")].open == 1);
}

BOOST_AUTO_TEST_CASE(routes_beyond_the_limit_share_one_entry)
{
    worker_stats f;
    for (int i = 0; i < 3000; ++i) {
        f.stream_opened(f.route("/" + std::to_string(i)));
    }
    BOOST_TEST(f.routes.size() == worker_stats::max_routes + 1);
    BOOST_TEST(f.routes.back().route == "(others)");
    BOOST_TEST(f.routes.back().open == 3000 - worker_stats::max_routes);
    BOOST_TEST(f.routes[f.route("/7")].open == 1); // known routes keep their entry
}

BOOST_AUTO_TEST_SUITE_END()
