#include "server/process/watchdog.hpp"

#include <pthread.h>
#include <rill/server/metrics.hpp>

#include "server/process/manager.hpp"
#include "server/process_fixture.hpp"
#include "support/client.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(watchdog_test)

BOOST_AUTO_TEST_CASE(a_hanging_worker_stops_the_watchdog_notifications)
{
    const manager systemd;
    forked f([&](const forked::line_writer& report) {
        ::setenv("NOTIFY_SOCKET", systemd.inbox.name().c_str(), 1);
        ::setenv("WATCHDOG_USEC", "20000", 1);
        ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
        rill::server_options options{.port = 0, .threads = 2};
        options.on_listening = [&](const std::string& url) { report("url " + url); };
        rill::router app;
        app.get("/hang", []() -> std::string {
            for (;;) {
                ::pause();
            }
        });
        return rill::serve(std::move(app), options);
    });
    BOOST_TEST(systemd.next().text.starts_with("READY=1"));
    for (int i = 0; i < 5; ++i) {
        BOOST_TEST(systemd.next().text == "WATCHDOG=1");
    }
    raw_client c(port_in(f.line("url ")));
    c.get("/hang");
    // After some time no notification arrives for many periods.
    BOOST_TEST(eventually([&] {
        while (systemd.inbox.next().sender > 0) {
        }
        std::this_thread::sleep_for(200ms);
        return systemd.inbox.next().sender < 0;
    }));
}

// No worker hangs. One worker is missing, and the service manager must not restart the service.
BOOST_AUTO_TEST_CASE(a_worker_without_a_thread_does_not_stop_the_watchdog_notifications)
{
    const manager systemd;
    forked f([&](const forked::line_writer& report) {
        ::setenv("NOTIFY_SOCKET", systemd.inbox.name().c_str(), 1);
        ::setenv("WATCHDOG_USEC", "20000", 1);
        ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
        pthread_attr_t none; // no stack can be this large
        ::pthread_attr_init(&none);
        ::pthread_attr_setstacksize(&none, std::size_t{1} << 48);
        ::pthread_setattr_default_np(&none);
        rill::server_options options{.port = 0, .threads = 2};
        options.on_listening = [&](const std::string& url) { report("url " + url); };
        rill::router app;
        app.get("/metrics", rill::ops::metrics());
        return rill::serve(std::move(app), options);
    });
    const auto port = port_in(f.line("url "));
    f.line("cannot start the thread of a worker");
    BOOST_TEST(systemd.next().text.starts_with("READY=1"));
    for (int i = 0; i < 5; ++i) {
        BOOST_TEST(systemd.next().text == "WATCHDOG=1");
    }
    client c(port);
    c.get("/metrics");
    const auto page = c.body();
    BOOST_TEST(page.find("\nrill_workers 1\n") != std::string::npos);
    BOOST_TEST(page.find("\nrill_workers_silent 0\n") != std::string::npos);
    f.signal(SIGTERM);
    BOOST_TEST(f.wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
