#include "client/tcp_transport.hpp"

#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include "scripted_server.hpp"
#include "support/loopback.hpp"

BOOST_AUTO_TEST_SUITE(tcp_transport_test)

using namespace rill_test;
using rill::client::detail::tcp_transport;

namespace {

// The transport uses the socket `server`, which is non-blocking.
struct fixture
{
    manual_loop loop;
    loopback pair;
    tcp_transport transport{
        boost::asio::ip::tcp::socket(loop.context, boost::asio::ip::tcp::v4(), pair.release_server())};
};

} // namespace

BOOST_AUTO_TEST_CASE(reads_and_writes)
{
    fixture f;
    f.pair.client_sends("abc");
    run(f.loop, [](fixture& f) -> rill::awaitable<> {
        char bytes[8];
        const auto got = co_await f.transport.read_some(boost::asio::buffer(bytes));
        BOOST_TEST(std::string(bytes, got.value()) == "abc");
        const std::array<boost::asio::const_buffer, 2> both{boost::asio::buffer("12", 2), boost::asio::buffer("34", 2)};
        const auto wrote = co_await f.transport.write(both);
        BOOST_TEST(wrote.has_value());
        f.pair.close_client();
    }(f));
    run(f.loop, [](fixture& f) -> rill::awaitable<> {
        char bytes[8];
        const auto got = co_await f.transport.read_some(boost::asio::buffer(bytes));
        BOOST_TEST(!got.has_value());
    }(f));
}

BOOST_AUTO_TEST_CASE(is_idle_while_the_peer_has_neither_sent_nor_closed)
{
    fixture f;
    BOOST_TEST(f.transport.is_idle());
    f.pair.client_sends("x");
    BOOST_TEST(!f.transport.is_idle());
    fixture g;
    g.pair.close_client();
    BOOST_TEST(!g.transport.is_idle());
    fixture h;
    h.transport.close();
    BOOST_TEST(!h.transport.is_idle());
}

BOOST_AUTO_TEST_CASE(close_ends_a_pending_read)
{
    fixture f;
    manual_loop::outcome end;
    rill::error_code ec;
    f.loop.start(
        [](fixture& f, rill::error_code& ec) -> rill::awaitable<> {
            char bytes[8];
            const auto got = co_await f.transport.read_some(boost::asio::buffer(bytes));
            ec = got.error();
        }(f, ec),
        end);
    BOOST_TEST(!end.done);
    f.transport.close();
    f.loop.turn();
    BOOST_TEST(end.done);
    BOOST_TEST((ec == boost::asio::error::operation_aborted));
}

BOOST_AUTO_TEST_SUITE_END()
