#include "transport/stream_socket.hpp"

#include <array>
#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>
#include <netinet/tcp.h>
#include <poll.h>

#include "support/loopback.hpp"

using namespace rill::transport;
using rill_test::loopback;

BOOST_AUTO_TEST_SUITE(stream_socket_test)

namespace {

// Waits for input or the end of the connection. The kernel delivers bytes with a delay.
void wait_readable(int socket)
{
    pollfd p{.fd = socket, .events = POLLIN, .revents = 0};
    BOOST_REQUIRE(::poll(&p, 1, 30'000) == 1);
}

} // namespace

BOOST_AUTO_TEST_CASE(bytes_arrive)
{
    const loopback pair;
    std::array<char, 16> buffer;
    auto nothing = stream_socket(pair.server).read_some(buffer.data(), buffer.size());
    BOOST_REQUIRE(!nothing.has_value());
    BOOST_TEST(nothing.error() == boost::asio::error::would_block);
    BOOST_TEST(stream_socket(pair.server).unread_bytes() == 0U);

    pair.client_sends("hello");
    wait_readable(pair.server);
    BOOST_TEST(stream_socket(pair.server).unread_bytes() == 5U);
    BOOST_TEST(stream_socket(pair.server).read_some(buffer.data(), buffer.size()).value() == 5U);
    BOOST_TEST(std::string_view(buffer.data(), 5) == "hello");

    BOOST_TEST(stream_socket(pair.server).write_some("answer").value() == 6U);
    BOOST_TEST(::recv(pair.client, buffer.data(), buffer.size(), 0) == 6);
}

BOOST_AUTO_TEST_CASE(unacknowledged_bytes_excludes_bytes_in_the_kernel_of_the_peer)
{
    const loopback pair;
    BOOST_TEST(stream_socket(pair.server).unacknowledged_bytes() == 0U);
    BOOST_TEST(stream_socket(pair.server).write_some("arrives").value() == 7U);
    wait_readable(pair.client);
    BOOST_TEST(stream_socket(pair.server).unacknowledged_bytes() == 0U); // even if the peer has not read the bytes
    const std::string large(1 << 20, 'x');
    while (stream_socket(pair.server).write_some(large).value() != 0) {
    }
    BOOST_TEST(stream_socket(pair.server).unacknowledged_bytes() > 0U);
}

BOOST_AUTO_TEST_CASE(a_list_of_pieces_is_one_write)
{
    const loopback pair;
    BOOST_TEST(stream_socket(pair.server).write_some({"one", "", " two", " three"}).value() == 13U);
    std::array<char, 32> buffer;
    BOOST_TEST(::recv(pair.client, buffer.data(), buffer.size(), 0) == 13);
    BOOST_TEST(std::string_view(buffer.data(), 13) == "one two three");
    const std::string large(1 << 20, 'x');
    while (stream_socket(pair.server).write_some({large, large}).value() == 2 * large.size()) {
    }
    while (stream_socket(pair.server).write_some(large).value() != 0) {
    }
    BOOST_TEST(stream_socket(pair.server).write_some({large, large}).value() == 0U);
}

BOOST_AUTO_TEST_CASE(a_full_buffer_takes_nothing)
{
    const loopback pair;
    const std::string large(1 << 20, 'x');
    std::size_t taken = 0;
    for (int i = 0; i < 1000; ++i) {
        const auto sent = stream_socket(pair.server).write_some(large);
        BOOST_REQUIRE(sent.has_value());
        taken += *sent;
        if (*sent == 0) {
            break;
        }
    }
    BOOST_TEST(taken > 0U);
    BOOST_TEST(taken < 1000U * large.size());
    BOOST_TEST(stream_socket(pair.server).write_some("x").value() == 0U);
}

BOOST_AUTO_TEST_CASE(fin_reads_as_zero)
{
    loopback pair;
    std::array<char, 4> buffer;
    pair.client_sends("ab");
    pair.close_client();
    wait_readable(pair.server);
    BOOST_TEST(stream_socket(pair.server).read_some(buffer.data(), buffer.size()).value() == 2U);
    wait_readable(pair.server);
    BOOST_TEST(stream_socket(pair.server).read_some(buffer.data(), buffer.size()).value() == 0U);
}

BOOST_AUTO_TEST_CASE(rst_is_an_error_for_both_directions)
{
    loopback pair;
    std::array<char, 4> buffer;
    pair.reset_client();
    wait_readable(pair.server);
    const auto received = stream_socket(pair.server).read_some(buffer.data(), buffer.size());
    BOOST_REQUIRE(!received.has_value());
    BOOST_TEST(received.error() == boost::asio::error::connection_reset);
    BOOST_TEST(!stream_socket(pair.server).write_some({"x", "y"}).has_value());
    const auto sent = stream_socket(pair.server).write_some("x"); // must not raise SIGPIPE
    BOOST_REQUIRE(!sent.has_value());
    BOOST_TEST(sent.error() == boost::asio::error::broken_pipe);
}

BOOST_AUTO_TEST_CASE(finish_sending_is_seen_as_fin)
{
    const loopback pair;
    stream_socket(pair.server).finish_sending();
    std::array<char, 4> buffer;
    BOOST_TEST(::recv(pair.client, buffer.data(), buffer.size(), 0) == 0);
    pair.client_sends("still");
    wait_readable(pair.server);
    BOOST_TEST(stream_socket(pair.server).read_some(buffer.data(), buffer.size()).value() == 4U);
}

BOOST_AUTO_TEST_CASE(reset_on_close_resets)
{
    loopback pair;
    stream_socket(pair.server).reset_on_close();
    stream_socket(pair.release_server()).close();
    std::array<char, 4> buffer;
    BOOST_TEST(::recv(pair.client, buffer.data(), buffer.size(), 0) == -1);
    BOOST_TEST(errno == ECONNRESET);
}

BOOST_AUTO_TEST_CASE(options_of_a_connection)
{
    const loopback pair;
    stream_socket(pair.server).prepare({.tcp_user_timeout = std::chrono::milliseconds(1234)});
    stream_socket(pair.server).limit_unsent(5678);
    const auto option = [&](int name) {
        int value = 0;
        socklen_t length = sizeof value;
        BOOST_REQUIRE(::getsockopt(pair.server, IPPROTO_TCP, name, &value, &length) == 0);
        return value;
    };
    BOOST_TEST(option(TCP_NODELAY) != 0);
    BOOST_TEST(option(TCP_USER_TIMEOUT) == 1234);
    BOOST_TEST(option(TCP_NOTSENT_LOWAT) == 5678);
    stream_socket(pair.server).limit_unsent(0); // 0 does not change the limit
    BOOST_TEST(option(TCP_NOTSENT_LOWAT) == 5678);
}

BOOST_AUTO_TEST_CASE(addresses)
{
    const loopback pair;
    BOOST_TEST(stream_socket(pair.server).peer_address() == "127.0.0.1");
    BOOST_TEST(stream_socket(-1).peer_address().empty());
    std::array<int, 2> local{};
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, local.data()) == 0);
    BOOST_TEST(stream_socket(local[0]).peer_address() == "unix");
    ::close(local[0]);
    ::close(local[1]);
}

BOOST_AUTO_TEST_CASE(an_ipv4_peer_of_an_ipv6_socket_has_its_ipv4_address)
{
    const int listener = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    socklen_t length = sizeof any;
    BOOST_REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&any), length) == 0);
    BOOST_REQUIRE(::listen(listener, 2) == 0);
    BOOST_REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&any), &length) == 0);
    const auto seen = [&](const sockaddr* from, socklen_t size) {
        const int client = ::socket(from->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        BOOST_REQUIRE(::connect(client, from, size) == 0);
        const int accepted = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        const auto address = stream_socket(accepted).peer_address();
        ::close(accepted);
        ::close(client);
        return address;
    };
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = any.sin6_port;
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_TEST(seen(reinterpret_cast<const sockaddr*>(&v4), sizeof v4) == "127.0.0.1");
    sockaddr_in6 v6 = any;
    v6.sin6_addr = in6addr_loopback;
    BOOST_TEST(seen(reinterpret_cast<const sockaddr*>(&v6), sizeof v6) == "::1");
    ::close(listener);
}

BOOST_AUTO_TEST_SUITE_END()
