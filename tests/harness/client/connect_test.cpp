#include <arpa/inet.h>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <harness/client/connect.hpp>
#include <map>
#include <sys/socket.h>

using bench::failure;
using bench::source_addresses;

BOOST_AUTO_TEST_SUITE(connect_test)

BOOST_AUTO_TEST_CASE(no_address_has_more_than_ten_thousand_streams)
{
    constexpr unsigned clients = 54;
    constexpr std::uint32_t streams = 18'519;
    std::map<std::uint32_t, unsigned> used;
    for (unsigned client = 0; client < clients; ++client) {
        source_addresses sources(client, streams);
        for (std::uint32_t index = 0; index < streams; ++index) {
            ++used[sources.first(index)];
        }
    }
    for (const auto& [address, count] : used) {
        BOOST_TEST(count <= 10'000U);
        BOOST_TEST((address >> 24) == 127U);
        BOOST_TEST(address != INADDR_LOOPBACK);
    }
}

BOOST_AUTO_TEST_CASE(later_addresses_are_different_and_not_shared)
{
    std::map<std::uint32_t, unsigned> owner;
    for (const unsigned client : {0U, 1U, 53U, 1023U}) {
        source_addresses sources(client, 19'000);
        for (int i = 0; i < 50'000; ++i) {
            const auto address = sources.next();
            BOOST_REQUIRE(address >> 24 == 127U);
            BOOST_REQUIRE(address > source_addresses(1023, 19'000).first(18'999));
            BOOST_REQUIRE(owner.emplace(address, client).first->second == client);
        }
    }
    BOOST_TEST(owner.size() == 4U * 5);
}

BOOST_AUTO_TEST_CASE(the_connection_has_the_requested_source_address)
{
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    BOOST_REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
    BOOST_REQUIRE(::listen(listener, 1) == 0);
    BOOST_REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    const auto to =
        bench::parse_target("http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/", false).value();

    const auto socket = bench::start_connection(to, INADDR_LOOPBACK + 5, 4096);
    BOOST_REQUIRE(socket.has_value());
    sockaddr_in peer{};
    size = sizeof peer;
    const int accepted = ::accept(listener, reinterpret_cast<sockaddr*>(&peer), &size);
    BOOST_REQUIRE(accepted >= 0);
    BOOST_TEST(ntohl(peer.sin_addr.s_addr) == INADDR_LOOPBACK + 5);

    bench::close_connection(*socket, true);
    char byte = 0;
    BOOST_TEST(::recv(accepted, &byte, 1, 0) == -1);
    BOOST_TEST(errno == ECONNRESET);
    ::close(accepted);
    ::close(listener);
}

BOOST_AUTO_TEST_CASE(errno_is_mapped_to_a_reason)
{
    BOOST_TEST((bench::connect_failure(ECONNREFUSED) == failure::refused));
    BOOST_TEST((bench::connect_failure(EADDRNOTAVAIL) == failure::no_free_port));
    BOOST_TEST((bench::connect_failure(EMFILE) == failure::no_descriptor));
    BOOST_TEST((bench::connect_failure(ETIMEDOUT) == failure::connect_timeout));
    BOOST_TEST((bench::connect_failure(ECONNRESET) == failure::reset_early));
    BOOST_TEST((bench::connect_failure(ENETUNREACH) == failure::cannot_connect));
}

BOOST_AUTO_TEST_SUITE_END()
