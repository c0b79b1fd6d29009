#include <arpa/inet.h>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <harness/servers/server_fleet.hpp>
#include <harness/servers/server_start.hpp>
#include <harness/support/clock.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include "support/test_ports.hpp"

using bench::server_fleet;

BOOST_AUTO_TEST_SUITE(server_fleet_test)

namespace {

struct listener
{
    listener() : fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const to = reinterpret_cast<sockaddr*>(&address);
        BOOST_REQUIRE(::bind(fd, to, size) == 0 && ::listen(fd, 1) == 0 && ::getsockname(fd, to, &size) == 0);
        port = ntohs(address.sin_port);
    }
    ~listener() { ::close(fd); }
    int fd;
    std::uint16_t port = 0;
};

const std::string log_file =
    (std::filesystem::temp_directory_path() / ("rill-fleet-" + std::to_string(::getpid()))).string();

std::string error_of(const std::string& script, std::uint16_t port, unsigned count, double patience)
{
    bench::progress silent(stderr, bench::progress::style::silent);
    const auto started =
        server_fleet::start({{"/bin/sh", "-c", script}, {}, log_file}, count, port, "/", patience, silent);
    std::filesystem::remove(log_file);
    return started ? "started" : started.error();
}

} // namespace

// tests/million tests the successful case with a real server.

BOOST_AUTO_TEST_CASE(listens_finds_the_process_of_a_port)
{
    const listener here;
    BOOST_TEST(bench::listens(::getpid(), here.port));
    BOOST_TEST(!bench::listens(::getppid(), here.port));
    BOOST_TEST(!bench::listens(::getpid(), rill_test::free_port()));
}

BOOST_AUTO_TEST_CASE(a_failure_of_the_first_server_is_an_error)
{
    const listener other;
    BOOST_TEST(error_of("sleep 1000", other.port, 3, 60) ==
               "port " + std::to_string(other.port) + " is taken by another program");
    BOOST_TEST(error_of("echo bad luck; exit 5", rill_test::free_port(), 3, 60) == "the server ended with 5: bad luck");
}

BOOST_AUTO_TEST_SUITE_END()
