// The notifications for systemd. A socket of this test acts as the service manager.

#include <rill/server/service_manager.hpp>

#include <filesystem>
#include <sys/un.h>

#include "server/process/manager.hpp"
#include "server/process_fixture.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(sd_notify_test)

namespace {

int serve_hello(const rill::server_options& options)
{
    rill::router app;
    app.get("/", [] { return "hello"; });
    return rill::serve(std::move(app), options);
}

} // namespace

BOOST_AUTO_TEST_CASE(a_server_reports_ready_and_stopping)
{
    for (const auto signal : {SIGTERM, SIGINT}) {
        const manager systemd;
        forked f([&](const forked::line_writer&) {
            ::setenv("NOTIFY_SOCKET", systemd.inbox.name().c_str(), 1);
            return serve_hello({.port = 0});
        });
        const auto ready = systemd.next();
        BOOST_TEST(ready.sender == f.pid());
        BOOST_TEST(ready.text.starts_with("READY=1\nSTATUS=listening on http://127.0.0.1:"));
        f.signal(signal);
        BOOST_TEST(systemd.next().text == "STOPPING=1");
        BOOST_TEST(f.wait() == 0);
    }
}

BOOST_AUTO_TEST_CASE(the_socket_name_is_checked)
{
    const auto path = std::filesystem::temp_directory_path() / ("rill-notify-" + std::to_string(::getpid()));
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    BOOST_REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    BOOST_TEST(rill::sd_notify("X=1"));
    char got[16]{};
    BOOST_TEST(::recv(socket, got, sizeof got, 0) == 3);
    BOOST_TEST(std::string(got) == "X=1");
    ::close(socket);
    std::filesystem::remove(path);
    BOOST_TEST(!rill::sd_notify("X=1")); // the socket has no receiver
    for (const std::string& bad : {std::string(), std::string("relative"), "/" + std::string(200, 'x')}) {
        ::setenv("NOTIFY_SOCKET", bad.c_str(), 1);
        BOOST_TEST(!rill::sd_notify("X=1"));
    }
    ::unsetenv("NOTIFY_SOCKET");
    BOOST_TEST(!rill::sd_notify("X=1"));
}

BOOST_AUTO_TEST_CASE(watchdog_pid_selects_the_process)
{
    ::setenv("WATCHDOG_USEC", "5000", 1);
    BOOST_TEST((rill::watchdog_period() == 5ms));
    ::setenv("WATCHDOG_PID", "1", 1);
    BOOST_TEST(!rill::watchdog_period().has_value());
    ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
    BOOST_TEST(rill::watchdog_period().has_value());
    for (const auto* bad : {"", "0", "5x", "-5"}) {
        ::setenv("WATCHDOG_USEC", bad, 1);
        BOOST_TEST(!rill::watchdog_period().has_value());
    }
    ::unsetenv("WATCHDOG_USEC");
    ::unsetenv("WATCHDOG_PID");
}

BOOST_AUTO_TEST_SUITE_END()
