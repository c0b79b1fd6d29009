#include "server/process/notify_socket.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <rill/server/service_manager.hpp>
#include <unistd.h>

BOOST_AUTO_TEST_SUITE(notify_socket_test)

BOOST_AUTO_TEST_CASE(reports_arrive_in_order_with_the_sender_from_the_kernel)
{
    const rill::notify_socket inbox;
    const rill::notify_socket other;
    BOOST_TEST(inbox.name() != other.name());
    BOOST_TEST(inbox.next().sender == -1);
    ::setenv("NOTIFY_SOCKET", inbox.name().c_str(), 1);
    BOOST_TEST(rill::sd_notify("READY=1\nSTATUS=well"));
    BOOST_TEST(rill::sd_notify("MAINPID=1")); // the PID in the text can be wrong
    ::unsetenv("NOTIFY_SOCKET");
    const auto first = inbox.next();
    BOOST_TEST(first.sender == ::getpid());
    BOOST_TEST(first.text == "READY=1\nSTATUS=well");
    BOOST_TEST(inbox.next().sender == ::getpid());
    BOOST_TEST(inbox.next().sender == -1);
    BOOST_TEST(other.next().sender == -1);
}

BOOST_AUTO_TEST_CASE(has_line_matches_only_whole_lines)
{
    using rill::has_line;
    BOOST_TEST(has_line("READY=1", "READY=1"));
    BOOST_TEST(has_line("A=2\nREADY=1\n", "READY=1"));
    BOOST_TEST(has_line("READY=1\nA=2", "READY=1"));
    for (const auto* other : {"", "READY=10", "XREADY=1", "READY=1 ", "ready=1", "\n\n"}) {
        BOOST_TEST(!has_line(other, "READY=1"));
    }
}

BOOST_AUTO_TEST_SUITE_END()
