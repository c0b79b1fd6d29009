#include "server/process/inherited_sockets.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/un.h>

#include "server/process_fixture.hpp"
#include "support/client.hpp"
#include "support/unix_listener.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(inherited_sockets_test)

namespace {

int serve_hello(const rill::server_options& options)
{
    rill::router app;
    app.get("/", [] { return "hello"; });
    return rill::serve(std::move(app), options);
}

int listening_socket()
{
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    BOOST_REQUIRE(::listen(socket, 16) == 0);
    return socket;
}

std::uint16_t port_of(int socket)
{
    sockaddr_in address{};
    socklen_t length = sizeof address;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length);
    return ntohs(address.sin_port);
}

/// Passes the descriptors from 3 on, as systemd passes them to a service.
void pass(const std::vector<int>& descriptors)
{
    std::vector<int> copies;
    for (const int d : descriptors) {
        copies.push_back(::fcntl(d, F_DUPFD, 100));
    }
    for (std::size_t i = 0; i < copies.size(); ++i) {
        ::dup2(copies[i], static_cast<int>(3 + i));
        ::close(copies[i]);
    }
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", std::to_string(descriptors.size()).c_str(), 1);
}

} // namespace

BOOST_AUTO_TEST_CASE(check_listening_accepts_only_listening_stream_sockets)
{
    const unix_listener named(unix_listener::path_of(20));
    BOOST_TEST(rill::check_listening(named.socket) == 0);
    const int tcp = listening_socket();
    BOOST_TEST(rill::check_listening(tcp) == 0);
    ::close(tcp);
    const int netlink = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
    BOOST_TEST(rill::check_listening(netlink) == EPROTOTYPE);
    ::close(netlink);
    const unix_listener datagrams(unix_listener::path_of(22), SOCK_DGRAM);
    BOOST_TEST(rill::check_listening(datagrams.socket) == EPROTOTYPE);
    const unix_listener silent(unix_listener::path_of(21), SOCK_STREAM, false);
    BOOST_TEST(rill::check_listening(silent.socket) == EINVAL);
    BOOST_TEST(rill::check_listening(-1) == EBADF);
}

BOOST_AUTO_TEST_CASE(all_workers_serve_inherited_sockets)
{
    const int first = listening_socket();
    const int second = listening_socket();
    for (const unsigned threads : {1U, 3U}) {
        forked f([&](const forked::line_writer& report) {
            pass({first, second});
            rill::server_options options{.host = "none", .port = 1, .threads = threads};
            options.on_listening = [&](const std::string& url) { report("url " + url); };
            const int result = serve_hello(options);
            return std::getenv("LISTEN_FDS") != nullptr ? 100 : result;
        });
        BOOST_TEST(f.line("url ") == "http://127.0.0.1:" + std::to_string(port_of(first)));
        for (const int socket : {first, second}) {
            client c(port_of(socket));
            c.get("/");
            BOOST_TEST(c.body() == "hello");
        }
        f.signal(SIGTERM);
        BOOST_TEST(f.wait() == 0);
    }
    ::close(first);
    ::close(second);
}

BOOST_AUTO_TEST_CASE(an_inherited_unix_socket_is_served)
{
    const unix_listener named(unix_listener::path_of(100));
    forked f([&](const forked::line_writer& report) {
        pass({named.socket});
        rill::server_options options;
        options.on_listening = [&](const std::string& url) { report("url " + url); };
        return serve_hello(options);
    });
    BOOST_TEST(f.line("url ") == "unix:" + named.path);
    BOOST_TEST(named.ask("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").ends_with("\r\n\r\nhello"));
    f.signal(SIGTERM);
    BOOST_TEST(f.wait() == 0);
}

BOOST_AUTO_TEST_CASE(a_socket_that_does_not_listen_is_refused)
{
    forked f([](const forked::line_writer&) {
        int ends[2];
        static_cast<void>(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
        pass({ends[0]});
        return serve_hello({.port = 0});
    });
    BOOST_TEST(f.wait() == 1);
    BOOST_TEST(f.output().find(
                   "descriptor 3 of LISTEN_FDS, which must be a listening socket of TCP or a Unix stream socket: ") !=
               std::string::npos);
    BOOST_TEST(std::ranges::count(f.output(), '\n') == 1);
}

// Runs in its own process, because pass() replaces the descriptors from 3 on.
BOOST_AUTO_TEST_CASE(the_error_code_states_why_a_descriptor_is_refused)
{
    forked f([](const forked::line_writer& report) {
        const auto failed = [](int descriptor, std::errc why) {
            pass({descriptor});
            const auto passed = rill::inherited_sockets();
            return !passed && passed.error().code == why;
        };
        int ends[2];
        static_cast<void>(::socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
        const int file = ::open("/dev/null", O_RDONLY);
        const int silent = ::socket(AF_INET, SOCK_STREAM, 0);
        const bool good = failed(ends[0], std::errc::wrong_protocol_type) && failed(file, std::errc::not_a_socket) &&
                          failed(silent, std::errc::invalid_argument);
        report(good ? "good" : "bad");
        return 0;
    });
    BOOST_TEST(f.wait() == 0);
    BOOST_TEST(f.output() == "good\n");
}

BOOST_AUTO_TEST_CASE(sockets_for_another_process_are_ignored)
{
    ::setenv("LISTEN_PID", "1", 1);
    ::setenv("LISTEN_FDS", "1", 1);
    const auto none = rill::inherited_sockets();
    BOOST_REQUIRE(none.has_value());
    BOOST_TEST(none->empty());
    BOOST_TEST(std::getenv("LISTEN_FDS") != nullptr);
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", "many", 1);
    const auto many = rill::inherited_sockets();
    BOOST_REQUIRE(!many.has_value());
    BOOST_TEST((many.error().code == std::errc::invalid_argument));
    BOOST_TEST(many.error().where == "LISTEN_FDS, which must be a number from 0 to 1024");
    BOOST_TEST(std::getenv("LISTEN_FDS") == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
