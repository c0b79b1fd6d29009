#include "history/link_proxy.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <exception>
#include <string>

using history::link_proxy;

BOOST_AUTO_TEST_SUITE(history_link_proxy_test)

namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

/// A client that is connected to a server through a proxy.
struct fixture
{
    asio::io_context context{1};
    tcp::acceptor listener{context, {asio::ip::address_v4::loopback(), 0}};
    link_proxy proxy{context, 0, listener.local_endpoint().port()};
    tcp::socket client{context};
    tcp::socket server{context};

    void connect()
    {
        client.async_connect({asio::ip::address_v4::loopback(), proxy.port()},
                             [](const auto& error) { BOOST_TEST(!error); });
        listener.async_accept(server, [](const auto& error) { BOOST_TEST(!error); });
        run_until([&] { return server.is_open() && client.is_open(); });
    }

    template <class Condition>
    void run_until(const Condition& holds)
    {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!holds()) {
            BOOST_REQUIRE((std::chrono::steady_clock::now() < deadline));
            context.run_for(std::chrono::milliseconds(1));
        }
    }

    /// Begins to read one piece.
    void read(tcp::socket& from)
    {
        from.async_read_some(asio::buffer(bytes), [this](const auto& error, std::size_t count) {
            received = error ? "error" : std::string(bytes.data(), count);
        });
    }

    std::array<char, 100> bytes{};
    std::string received;
};

} // namespace

BOOST_FIXTURE_TEST_CASE(bytes_pass_in_both_directions, fixture)
{
    connect();
    asio::write(client, asio::buffer("request", 7));
    read(server);
    run_until([&] { return received == "request"; });
    asio::write(server, asio::buffer("answer", 6));
    read(client);
    run_until([&] { return received == "answer"; });
}

BOOST_FIXTURE_TEST_CASE(during_a_partition_no_byte_passes, fixture)
{
    connect();
    proxy.partition();
    asio::write(client, asio::buffer("late", 4));
    read(server);
    context.run_for(std::chrono::milliseconds(100));
    BOOST_TEST(received == "");
    proxy.heal(false);
    run_until([&] { return received == "late"; });
}

BOOST_FIXTURE_TEST_CASE(a_connection_during_a_partition_reaches_the_server_afterwards, fixture)
{
    proxy.partition();
    client.connect({asio::ip::address_v4::loopback(), proxy.port()});
    asio::write(client, asio::buffer("early", 5));
    listener.async_accept(server, [](const auto& error) { BOOST_TEST(!error); });
    context.run_for(std::chrono::milliseconds(100));
    BOOST_TEST(!server.is_open());
    proxy.heal(false);
    run_until([&] { return server.is_open(); });
    read(server);
    run_until([&] { return received == "early"; });
}

BOOST_FIXTURE_TEST_CASE(the_end_of_a_partition_may_reset_the_connections, fixture)
{
    connect();
    proxy.partition();
    asio::write(client, asio::buffer("lost", 4));
    context.run_for(std::chrono::milliseconds(20));
    proxy.heal(true);
    read(client);
    run_until([&] { return received == "error"; });
    received.clear();
    read(server);
    run_until([&] { return received == "error"; });
}

BOOST_AUTO_TEST_SUITE_END()
