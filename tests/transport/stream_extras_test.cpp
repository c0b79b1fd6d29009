#include "transport/stream_extras.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>
#include <optional>

#include "support/manual_loop.hpp"
#include "transport/fake_connection.hpp"

using namespace rill_test;
using namespace std::chrono_literals;
using rill::close_reason;
using rill::transport::stream_extras;

BOOST_AUTO_TEST_SUITE(stream_extras_test)

BOOST_AUTO_TEST_CASE(a_tag_is_set_and_replaced_and_removed)
{
    manual_loop loop;
    stream_extras extras(loop.timers);
    BOOST_TEST(extras.tag(7) == "");
    extras.set_tag(7, "ada");
    extras.set_tag(9, "bob");
    BOOST_TEST(extras.tag(7) == "ada");
    extras.set_tag(7, "eve");
    BOOST_TEST(extras.tag(7) == "eve");
    BOOST_TEST(extras.tag(9) == "bob");
    BOOST_TEST(extras.size() == 2U);
    extras.remove(7);
    extras.remove(7);
    BOOST_TEST(extras.tag(7) == "");
    BOOST_TEST(extras.tag(9) == "bob");
    BOOST_TEST(extras.size() == 1U);
}

BOOST_AUTO_TEST_CASE(many_entries_come_and_go)
{
    manual_loop loop;
    stream_extras extras(loop.timers);
    for (int socket = 0; socket < 5000; ++socket) {
        extras.set_tag(socket, std::to_string(socket));
    }
    for (int socket = 0; socket < 5000; ++socket) {
        BOOST_REQUIRE(extras.tag(socket) == std::to_string(socket));
        extras.remove(socket);
    }
    BOOST_TEST(extras.size() == 0U);
    extras.set_tag(3, "again");
    BOOST_TEST(extras.tag(3) == "again");
}

BOOST_AUTO_TEST_CASE(a_deadline_ends_its_stream_once)
{
    manual_loop loop;
    stream_extras extras(loop.timers);
    fake_connection ends(true);
    fake_connection later(true);
    extras.set_deadline(7, ends, loop.timers.now() + 5s);
    extras.set_tag(7, "ada"); // both in one entry
    extras.set_deadline(9, later, loop.timers.now() + 1s);
    extras.set_deadline(9, later, loop.timers.now() + 1h); // replaces the first
    BOOST_TEST(extras.size() == 2U);
    loop.timers.advance(4999ms);
    BOOST_TEST((ends.ended == close_reason::open));
    loop.timers.advance(2ms);
    BOOST_TEST((ends.ended == close_reason::expired));
    BOOST_TEST((later.ended == close_reason::open));
    BOOST_TEST(extras.tag(7) == "ada");
    ends.ended = close_reason::open;
    loop.timers.advance(30min);
    BOOST_TEST((ends.ended == close_reason::open));
}

BOOST_AUTO_TEST_CASE(a_removed_deadline_ends_nothing)
{
    manual_loop loop;
    std::optional<stream_extras> extras(loop.timers);
    fake_connection removed(true);
    fake_connection left(true);
    extras->set_deadline(7, removed, loop.timers.now() + 5s);
    extras->set_deadline(8, left, loop.timers.now() + 5s);
    extras->remove(7);
    extras.reset();
    loop.timers.advance(1min);
    BOOST_TEST((removed.ended == close_reason::open));
    BOOST_TEST((left.ended == close_reason::open));
}

BOOST_AUTO_TEST_SUITE_END()
