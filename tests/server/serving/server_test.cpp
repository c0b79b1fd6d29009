// The valid order of the calls of a server, and the error codes of listen().

#include <rill/server/server.hpp>

#include <atomic>
#include <fcntl.h>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "server/fixture.hpp"
#include "server/serving/listening_socket.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(server_test)

namespace {

rill::router greeting()
{
    rill::router app;
    app.get("/", [] { return "hello"; });
    return app;
}

rill::server_options quiet(std::uint16_t port = 0)
{
    rill::server_options options;
    options.port = port;
    options.log_level = rill::log_level::off;
    return options;
}

rill::error_code listening_error(const rill::server_options& options)
{
    const auto listening = rill::server(greeting(), options).listen();
    BOOST_REQUIRE(!listening.has_value());
    BOOST_TEST(listening.error().message().find('\n') == std::string::npos);
    return listening.error().code;
}

template <class Call>
void check_out_of_order(Call call, const std::string& what)
{
    BOOST_CHECK_EXCEPTION(call(), std::logic_error, [&](const auto& e) { return e.what() == what; });
}

int listening_socket()
{
    const auto socket = rill::open_listening_socket(quiet(), 0, false);
    BOOST_REQUIRE(socket.has_value());
    return *socket;
}

bool is_open(int descriptor)
{
    return ::fcntl(descriptor, F_GETFD) >= 0;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_error_code_of_listen_states_the_cause)
{
    const running_server taken(greeting());
    for (const unsigned threads : {1U, 2U}) {
        auto options = quiet(taken.port());
        options.threads = threads;
        const auto listening = rill::server(greeting(), options).listen();
        BOOST_REQUIRE(!listening.has_value());
        BOOST_TEST((listening.error().code == std::errc::address_in_use));
        BOOST_TEST(listening.error().message() ==
                   "bind 127.0.0.1:" + std::to_string(taken.port()) + ": Address already in use");
    }
    auto options = quiet();
    options.host = "192.0.2.1"; // reserved by RFC 5737; no interface has this address
    BOOST_TEST((listening_error(options) == std::errc::address_not_available));
    for (const auto* bad : {"not an address", "example.org", "", "127.0.0.1:80"}) {
        options.host = bad;
        BOOST_TEST((listening_error(options) == rill::error::invalid_address));
    }
    options.sockets = {-1};
    BOOST_TEST((listening_error(options) == std::errc::bad_file_descriptor));
}

BOOST_AUTO_TEST_CASE(listen_can_be_repeated_after_a_failure)
{
    const int taken = listening_socket();
    rill::server server(greeting(), quiet(rill::local_address(taken)->port));
    BOOST_TEST((server.listen().error().code == std::errc::address_in_use));
    BOOST_TEST((server.listen().error().code == std::errc::address_in_use));
    ::close(taken);
    BOOST_TEST(server.listen().has_value());
}

BOOST_AUTO_TEST_CASE(the_server_closes_given_sockets_after_success_and_failure)
{
    const int first = listening_socket();
    const int unbound = ::socket(AF_INET, SOCK_STREAM, 0);
    auto options = quiet();
    options.sockets = {unbound, first};
    rill::server failed(greeting(), options);
    BOOST_TEST((failed.listen().error().code == std::errc::invalid_argument));
    BOOST_TEST(!is_open(first));
    BOOST_TEST(!is_open(unbound));
    check_out_of_order([&] { return failed.listen(); }, "server::listen(): a server runs once");
    {
        options.sockets = {listening_socket()};
        rill::server server(greeting(), options);
        BOOST_TEST(server.listen().has_value());
        BOOST_TEST(is_open(options.sockets.front()));
    }
    BOOST_TEST(!is_open(options.sockets.front()));
}

BOOST_AUTO_TEST_CASE(calls_in_the_wrong_order_throw_and_name_the_rule)
{
    rill::server server(greeting(), quiet());
    check_out_of_order([&] { server.run(); }, "server::run(): listen() has to succeed before");
    check_out_of_order([&] { return server.run_until_signalled(); },
                       "server::run_until_signalled(): listen() has to succeed before");
    BOOST_REQUIRE(server.listen().has_value());
    check_out_of_order([&] { return server.listen(); }, "server::listen(): the server listens already");
    server.stop();
    server.run();
    check_out_of_order([&] { server.run(); }, "server::run(): a server runs once");
    check_out_of_order([&] { return server.run_until_signalled(); },
                       "server::run_until_signalled(): a server runs once");
    check_out_of_order([&] { return server.listen(); }, "server::listen(): a server runs once");
    server.stop(); // does nothing
    BOOST_TEST(server.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(run_after_a_failed_listen_throws)
{
    auto options = quiet();
    options.host = "nowhere";
    rill::server server(greeting(), options);
    BOOST_REQUIRE(!server.listen().has_value());
    check_out_of_order([&] { server.run(); }, "server::run(): listen() has to succeed before");
}

BOOST_AUTO_TEST_CASE(a_stop_before_run_ends_run_after_its_begin)
{
    for (const unsigned threads : {1U, 3U}) {
        for (const bool listens_first : {true, false}) {
            auto options = quiet();
            options.threads = threads;
            int begun = 0;
            options.on_listening = [&](const std::string&) { ++begun; };
            rill::server server(greeting(), options);
            if (!listens_first) {
                server.stop();
            }
            BOOST_REQUIRE(server.listen().has_value());
            if (listens_first) {
                server.stop();
            }
            server.run();
            BOOST_TEST(begun == 1);
        }
    }
}

BOOST_AUTO_TEST_CASE(stops_before_listen_are_counted)
{
    auto options = quiet();
    options.readiness_delay = 1h;
    rill::server server(greeting(), options);
    for (int i = 0; i < 3; ++i) {
        server.stop(); // the second call ends the readiness delay
    }
    BOOST_REQUIRE(server.listen().has_value());
    server.run();
}

// ThreadSanitizer checks these calls. A stop must not be lost at any time.
BOOST_AUTO_TEST_CASE(any_thread_may_read_statistics_and_stop_during_listen)
{
    for (int i = 0; i < 20; ++i) {
        auto options = quiet();
        options.threads = 2;
        rill::server server(greeting(), options);
        std::atomic<bool> begun = false;
        std::thread other([&] {
            begun = true;
            static_cast<void>(server.connections());
            static_cast<void>(server.stats());
            server.stop();
        });
        while (!begun) {
        }
        BOOST_REQUIRE(server.listen().has_value());
        server.run();
        other.join();
    }
}

// An application with on_listening shows the URL itself. Therefore the log has it only at level debug.
BOOST_AUTO_TEST_CASE(the_url_is_logged_or_reported_once)
{
    for (const bool tells_itself : {false, true}) {
        auto options = quiet();
        std::vector<rill::log_level> logged;
        int told = 0;
        options.observer.log = [&](rill::log_level level, std::string_view text) {
            if (text.starts_with("listening on http://127.0.0.1:")) {
                logged.push_back(level);
            }
        };
        if (tells_itself) {
            options.on_listening = [&](const std::string&) { ++told; };
        }
        rill::server server(greeting(), options);
        server.stop();
        BOOST_REQUIRE(server.listen().has_value());
        server.run();
        BOOST_TEST(told == (tells_itself ? 1 : 0));
        BOOST_REQUIRE(logged.size() == 1U);
        BOOST_TEST((logged.front() == (tells_itself ? rill::log_level::debug : rill::log_level::info)));
    }
}

BOOST_AUTO_TEST_CASE(an_exception_from_on_listening_leaves_run)
{
    auto options = quiet();
    options.threads = 2;
    options.on_listening = [](const std::string&) { throw std::runtime_error("its own error"); };
    rill::server server(greeting(), options);
    BOOST_REQUIRE(server.listen().has_value());
    BOOST_CHECK_EXCEPTION(server.run(), std::runtime_error,
                          [](const auto& e) { return e.what() == std::string("its own error"); });
}

BOOST_AUTO_TEST_SUITE_END()
