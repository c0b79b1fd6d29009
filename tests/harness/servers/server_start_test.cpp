#include <arpa/inet.h>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <harness/servers/server_start.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include "support/test_ports.hpp"

using bench::start_server;

BOOST_AUTO_TEST_SUITE(server_start_test)

namespace {

/// A listening socket that shares its port (SO_REUSEPORT).
class listening_socket
{
public:
    listening_socket() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        const int on = 1;
        ::setsockopt(fd_, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd_, 1) != 0 ||
            ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        {
            throw std::runtime_error("can't listen");
        }
        port_ = ntohs(address.sin_port);
    }
    ~listening_socket() { close(); }
    void close()
    {
        if (fd_ >= 0) {
            ::close(std::exchange(fd_, -1));
        }
    }
    std::uint16_t port() const { return port_; }

private:
    int fd_;
    std::uint16_t port_ = 0;
};

const std::string log_file =
    (std::filesystem::temp_directory_path() / ("rill-server-start-" + std::to_string(::getpid()))).string();

std::string error_of(const std::string& script, std::uint16_t port, double patience)
{
    const auto started = start_server({{"/bin/sh", "-c", script}, {}, log_file}, port, "/", patience);
    std::filesystem::remove(log_file);
    return started ? "started" : started.error();
}

} // namespace

BOOST_AUTO_TEST_CASE(a_port_is_taken_while_a_socket_listens)
{
    listening_socket other;
    BOOST_TEST(bench::is_port_taken(other.port()));
    other.close();
    BOOST_TEST(!bench::is_port_taken(other.port()));
}

BOOST_AUTO_TEST_CASE(a_taken_port_is_an_error)
{
    const listening_socket other;
    BOOST_TEST(error_of("sleep 1000", other.port(), 60) ==
               "port " + std::to_string(other.port()) + " is taken by another program");
}

BOOST_AUTO_TEST_CASE(a_server_that_ends_is_an_error_with_its_last_line)
{
    BOOST_TEST(error_of("echo bad luck; exit 5", rill_test::free_port(), 60) == "the server ended with 5: bad luck");
    BOOST_TEST(error_of("exit 1", rill_test::free_port(), 60) == "the server ended with 1");
}

BOOST_AUTO_TEST_CASE(a_server_that_never_listens_is_an_error)
{
    BOOST_TEST(error_of("sleep 1000", rill_test::free_port(), 0.1) == "the server does not listen within 0.1 s");
}

BOOST_AUTO_TEST_CASE(a_missing_program_is_an_error)
{
    const auto started = start_server({{"/no/such/program"}, {}, log_file}, rill_test::free_port(), "/", 60);
    BOOST_TEST(!started.has_value());
    std::filesystem::remove(log_file);
}

BOOST_AUTO_TEST_SUITE_END()
