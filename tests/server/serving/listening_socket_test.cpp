#include "server/serving/listening_socket.hpp"

#include <cerrno>
#include <sys/un.h>
#include <unistd.h>

#include "server/fixture.hpp"
#include "support/unix_listener.hpp"

BOOST_AUTO_TEST_SUITE(listening_socket_test)

namespace {

using namespace rill_test;

} // namespace

BOOST_AUTO_TEST_CASE(addresses_and_urls)
{
    rill::server_options options;
    const auto socket = rill::open_listening_socket(options, 0, false);
    BOOST_REQUIRE(socket.has_value());
    const auto bound = rill::local_address(*socket);
    BOOST_REQUIRE(bound.has_value());
    BOOST_TEST(bound->port != 0);
    BOOST_TEST(bound->host == "127.0.0.1");
    const auto taken = rill::open_listening_socket(options, bound->port, false);
    BOOST_REQUIRE(!taken.has_value());
    BOOST_TEST((taken.error().code == std::errc::address_in_use));
    BOOST_TEST(taken.error().where == "bind 127.0.0.1:" + std::to_string(bound->port));
    ::close(*socket);
    BOOST_TEST(rill::make_url("::1", 80) == "http://[::1]:80");
    BOOST_TEST(rill::make_url("::", 80) == "http://localhost:80");
    options.host = "example";
    const auto name = rill::open_listening_socket(options, 0, false);
    BOOST_REQUIRE(!name.has_value());
    BOOST_TEST((name.error().code == rill::error::invalid_address));
    BOOST_TEST(name.error().where == "host 'example'");
}

BOOST_AUTO_TEST_CASE(local_address_of_another_socket_is_an_error)
{
    const auto failed = [](int socket) {
        const auto bound = rill::local_address(socket);
        BOOST_REQUIRE(!bound.has_value());
        BOOST_TEST(bound.error().where == "address of listening socket " + std::to_string(socket));
        return bound.error().code;
    };
    BOOST_TEST((failed(-1) == std::errc::bad_file_descriptor));
    const int unbound = ::socket(AF_INET, SOCK_STREAM, 0);
    BOOST_TEST((failed(unbound) == std::errc::invalid_argument));
    ::close(unbound);
    int ends[2];
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    BOOST_TEST((failed(ends[0]) == std::errc::invalid_argument)); // an unnamed socket
    ::close(ends[0]);
    ::close(ends[1]);
    const int netlink = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
    BOOST_TEST((failed(netlink) == std::errc::address_family_not_supported));
    ::close(netlink);
}

BOOST_AUTO_TEST_CASE(names_of_unix_sockets)
{
    for (const std::size_t size : {std::size_t{20}, sizeof(sockaddr_un::sun_path) - 1, sizeof(sockaddr_un::sun_path)}) {
        const unix_listener named(unix_listener::path_of(size));
        const auto bound = rill::local_address(named.socket);
        BOOST_REQUIRE(bound.has_value());
        BOOST_TEST(bound->host == "unix:" + named.path);
        BOOST_TEST(bound->port == 0);
        BOOST_TEST(rill::make_url(bound->host, bound->port) == "unix:" + named.path);
    }
    const unix_listener abstract("@rill-test-" + std::to_string(::getpid()));
    BOOST_TEST(rill::local_address(abstract.socket)->host == "unix:" + abstract.path);
}

// The reserved socket does not listen. Therefore the kernel refuses connections to it.
BOOST_AUTO_TEST_CASE(a_reserved_port_can_be_listened_on)
{
    rill::server_options options;
    const auto reserved = rill::reserve_port(options, 0);
    BOOST_REQUIRE(reserved.has_value());
    const auto port = rill::local_address(*reserved)->port;
    BOOST_CHECK_THROW(raw_client{port}, std::runtime_error);
    const auto socket = rill::open_listening_socket(options, port, true);
    BOOST_REQUIRE(socket.has_value());
    BOOST_TEST(rill::local_address(*socket)->port == port);
    ::close(*socket);
    ::close(*reserved);
}

BOOST_AUTO_TEST_SUITE_END()
