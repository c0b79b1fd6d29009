#include "server/listener.hpp"

#include <atomic>
#include <cerrno>
#include <memory>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

#include "server/fixture.hpp"
#include "support/unix_listener.hpp"

namespace {

std::atomic<int> accept_error{0}; ///< what accept4() says, unless 0

} // namespace

// In place of the C library's, for the whole test program.
extern "C" int accept4(int socket, sockaddr* address, socklen_t* length, int flags)
{
    if (const int error = accept_error) {
        errno = error;
        return -1;
    }
    return static_cast<int>(::syscall(SYS_accept4, socket, address, length, flags));
}

BOOST_AUTO_TEST_SUITE(listener_test)

namespace {

using namespace rill_test;

rill::awaitable<rill::response> greets(rill::request&)
{
    co_return rill::response::text("hello");
}

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

BOOST_AUTO_TEST_CASE(the_address_of_what_is_no_bound_tcp_socket_is_a_failure)
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
    BOOST_TEST((failed(ends[0]) == std::errc::invalid_argument)); // it has no name
    ::close(ends[0]);
    ::close(ends[1]);
    const int netlink = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
    BOOST_TEST((failed(netlink) == std::errc::address_family_not_supported));
    BOOST_TEST(rill::check_listening(netlink) == EPROTOTYPE);
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
        BOOST_TEST(rill::check_listening(named.socket) == 0);
    }
    const unix_listener abstract("@rill-test-" + std::to_string(::getpid()));
    BOOST_TEST(rill::local_address(abstract.socket)->host == "unix:" + abstract.path);
    const unix_listener datagrams(unix_listener::path_of(20), SOCK_DGRAM);
    BOOST_TEST(rill::check_listening(datagrams.socket) == EPROTOTYPE);
    const unix_listener silent(unix_listener::path_of(21), SOCK_STREAM, false);
    BOOST_TEST(rill::check_listening(silent.socket) == EINVAL);
    BOOST_TEST(rill::check_listening(-1) == EBADF);
}

// So it holds a port for others, and takes none of its connections.
BOOST_AUTO_TEST_CASE(a_port_that_is_reserved_is_there_for_others)
{
    rill::server_options options;
    const auto reserved = rill::bind_shared(options, 0);
    BOOST_REQUIRE(reserved.has_value());
    const auto port = rill::local_address(*reserved)->port;
    BOOST_CHECK_THROW(raw_client{port}, std::runtime_error);
    const auto socket = rill::open_listening_socket(options, port, true);
    BOOST_REQUIRE(socket.has_value());
    BOOST_TEST(rill::local_address(*socket)->port == port);
    ::close(*socket);
    ::close(*reserved);
}

BOOST_AUTO_TEST_CASE(accept_that_fails_is_tried_again_and_told_once)
{
    for (const int error : {EMFILE, ENFILE, ENOMEM, ENOBUFS}) {
        running_server server(greets);
        BOOST_TEST(fetch(server, "/hello") == "hello");
        accept_error = error;
        std::vector<std::unique_ptr<raw_client>> waiting;
        for (int i = 0; i < 5; ++i) {
            waiting.push_back(std::make_unique<raw_client>(server.port()));
            waiting.back()->get("/hello");
        }
        BOOST_TEST(eventually([&] { return server.stats().accept_pauses >= 3; }));
        accept_error = 0;
        for (auto& c : waiting) {
            BOOST_TEST(c->read_until("\r\n\r\nhello"));
        }
        const auto log = server.log();
        BOOST_TEST_CONTEXT(log)
        {
            BOOST_TEST(log.starts_with("can't accept connections for now: "));
            BOOST_TEST(log.find('\n') == log.size() - 1);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_client_that_left_before_it_was_accepted_is_no_reason_to_pause)
{
    running_server server(greets);
    accept_error = ECONNABORTED;
    raw_client c(server.port());
    c.get("/hello");
    BOOST_TEST(eventually([&] { return server.stats().accept_failures != 0; }));
    accept_error = 0;
    BOOST_TEST(c.read_until("\r\n\r\nhello"));
    BOOST_TEST(server.stats().accept_pauses == 0U);
    BOOST_TEST(server.log() == "");
}

BOOST_AUTO_TEST_SUITE_END()
