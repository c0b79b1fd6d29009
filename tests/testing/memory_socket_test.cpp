#include "testing/memory_socket.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include "testing/memory_fixture.hpp"

namespace testing_memory_socket_test {

namespace {

using namespace std::chrono_literals;
using rill_test::memory_fixture;

const rill::testing::network_options small{.client_address = "", .receive_buffer = 10, .send_buffer = 5};

struct narrow : memory_fixture
{
    narrow() : memory_fixture(small) {}
};

} // namespace

} // namespace testing_memory_socket_test

BOOST_FIXTURE_TEST_SUITE(testing_memory_socket_test, rill_test::memory_fixture)

BOOST_AUTO_TEST_CASE(bytes_arrive_on_both_sides)
{
    client->send("question");
    BOOST_TEST(server.unread_bytes() == 8U);
    BOOST_TEST(read(5) == "quest");
    BOOST_TEST(read() == "ion");
    BOOST_TEST(server.write_some({"the ", "end"}).value() == 7U);
    BOOST_TEST(client->take() == "the end");
    BOOST_TEST(server.peer_address() == "192.0.2.1");
    char byte = 0;
    BOOST_TEST(server.read_some(&byte, 1).error() == boost::asio::error::would_block);
}

BOOST_AUTO_TEST_CASE(reports_come_from_the_event_loop)
{
    client->send("x");
    watch();
    BOOST_TEST(reports.empty());
    const auto first = turn();
    BOOST_REQUIRE(first.size() == 1U);
    BOOST_TEST((first[0].readable && first[0].writable && !first[0].peer_finished && !first[0].broken));
    BOOST_TEST(turn().empty()); // edge-triggered
    client->send("y");
    client->send("z");
    BOOST_TEST(reports.empty());
    BOOST_TEST(turn().size() == 1U);
    reactor.remove(server.descriptor());
    client->send("!");
    BOOST_TEST(turn().empty());
}

BOOST_FIXTURE_TEST_CASE(a_client_that_does_not_read_fills_the_buffers, narrow)
{
    watch();
    turn();
    client->read_always(false);
    BOOST_TEST(server.write_some("0123456789abcdefghij").value() == 15U);
    BOOST_TEST(server.unacknowledged_bytes() == 5U);
    BOOST_TEST(server.write_some("x").value() == 0U);
    BOOST_TEST(turn().empty());
    BOOST_TEST(client->take().empty());
    client->read(6);
    BOOST_TEST(client->take() == "012345");
    BOOST_TEST(server.unacknowledged_bytes() == 0U);
    const auto writable = turn();
    BOOST_REQUIRE(writable.size() == 1U);
    BOOST_TEST(writable[0].writable);
    client->read_always(true);
    BOOST_TEST(client->take() == "6789abcde");
}

BOOST_FIXTURE_TEST_CASE(a_large_write_is_short_even_if_the_client_reads, narrow)
{
    watch();
    turn();
    BOOST_TEST(server.write_some(std::string(20, 'x')).value() == 15U);
    BOOST_TEST(turn().size() == 1U);
    BOOST_TEST(server.write_some("end").value() == 3U);
    BOOST_TEST(turn().empty());
}

BOOST_FIXTURE_TEST_CASE(the_server_may_limit_unsent_bytes, narrow)
{
    server.limit_unsent(2);
    client->read_always(false);
    BOOST_TEST(server.write_some(std::string(20, 'x')).value() == 12U);
}

BOOST_AUTO_TEST_CASE(fin_of_the_client)
{
    watch();
    turn();
    client->send("last");
    client->finish();
    const auto end = turn();
    BOOST_REQUIRE(end.size() == 1U);
    BOOST_TEST((end[0].readable && end[0].peer_finished && !end[0].broken));
    BOOST_TEST(read() == "last");
    char byte = 0;
    BOOST_TEST(server.read_some(&byte, 1).value() == 0U);
    BOOST_TEST(server.write_some("answer").value() == 6U);
    BOOST_TEST(client->take() == "answer");
}

BOOST_AUTO_TEST_CASE(a_client_that_has_left_resets)
{
    watch();
    turn();
    client->leave();
    BOOST_TEST(turn().at(0).broken == false);
    BOOST_TEST(server.write_some("answer").value() == 6U);
    BOOST_TEST(turn().at(0).broken);
    BOOST_TEST(server.write_some("more").error() == boost::asio::error::connection_reset);
}

BOOST_AUTO_TEST_CASE(reset_of_the_client)
{
    watch();
    turn();
    client->reset();
    BOOST_TEST(turn().at(0).broken);
    char byte = 0;
    BOOST_TEST(server.read_some(&byte, 1).error() == boost::asio::error::connection_reset);
    BOOST_TEST(server.write_some("x").error() == boost::asio::error::connection_reset);
}

BOOST_AUTO_TEST_CASE(a_client_that_has_vanished_is_found_by_the_user_timeout)
{
    watch();
    turn();
    server.set_tcp_user_timeout(30s);
    client->vanish();
    client->send("lost");
    BOOST_TEST(turn().empty());
    BOOST_TEST(server.write_some("tick").value() == 4U);
    BOOST_TEST(server.unacknowledged_bytes() == 4U);
    rill::timer_service::of(io).advance(29s);
    BOOST_TEST(turn().empty());
    rill::timer_service::of(io).advance(2s);
    BOOST_TEST(turn().at(0).broken);
    BOOST_TEST(client->take().empty());
}

BOOST_AUTO_TEST_CASE(the_server_ends_with_fin)
{
    client->read_always(false);
    static_cast<void>(server.write_some("last"));
    server.finish_sending();
    BOOST_TEST(!client->ended());
    server.close();
    BOOST_TEST(client->closed_by_server());
    client->read_always(true);
    BOOST_TEST(client->take() == "last");
    BOOST_TEST(client->ended());
    BOOST_TEST(!client->was_reset());
}

BOOST_AUTO_TEST_CASE(a_close_with_unread_input_resets)
{
    client->send("unread");
    server.close();
    BOOST_TEST(client->was_reset());
}

BOOST_AUTO_TEST_CASE(a_reset_discards_what_was_not_read)
{
    client->read_always(false);
    static_cast<void>(server.write_some("last"));
    server.reset_on_close();
    server.close();
    client->read_always(true);
    BOOST_TEST(client->take().empty());
    BOOST_TEST(client->was_reset());
}

BOOST_AUTO_TEST_CASE(faults)
{
    memory_fixture failing({}, rill::testing::fault::fail_operation(2));
    BOOST_TEST(failing.server.write_some("one").value() == 3U);
    BOOST_TEST(failing.server.write_some("two").error() == boost::asio::error::connection_reset);
    BOOST_TEST(failing.client->take() == "one");
    BOOST_TEST(failing.client->was_reset());

    memory_fixture shortened({}, rill::testing::fault::shorten_operation(1));
    shortened.watch();
    shortened.turn();
    BOOST_TEST(shortened.server.write_some("one").value() == 1U);
    BOOST_TEST(shortened.turn().size() == 1U); // the server can send the rest

    memory_fixture cut({}, rill::testing::fault::cut_after(4));
    BOOST_TEST(cut.server.write_some("one").value() == 3U);
    BOOST_TEST(cut.server.write_some("two").value() == 1U);
    BOOST_TEST(cut.client->take() == "onet");
    BOOST_TEST(cut.client->was_reset());
    BOOST_TEST(cut.network.faults().bytes_sent == 4U);
}

BOOST_AUTO_TEST_CASE(the_client_learns_of_each_action_of_the_server)
{
    int actions = 0;
    client->on_server_action = [&] { ++actions; };
    client->send("x");
    BOOST_TEST(actions == 0);
    read();
    BOOST_TEST(actions == 1);
    static_cast<void>(server.write_some({"y"}));
    BOOST_TEST(actions == 2);
    server.finish_sending();
    BOOST_TEST(actions == 3);
    client->reset();
    BOOST_TEST(actions == 4);
    server.close();
    BOOST_TEST(actions == 5);
}

BOOST_AUTO_TEST_SUITE_END()
