// serve() in its own process: exit codes, signals, and the one log line for an error at the start.

#include <rill/server/server.hpp>

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <sys/wait.h>

#include "server/process_fixture.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(serve_test)

namespace {

/// Runs serve() in its own process. Pipes transfer the port and the log to the test.
class serving_process
{
public:
    explicit serving_process(rill::server_options options)
    {
        int port_pipe[2];
        int log_pipe[2];
        BOOST_REQUIRE_EQUAL(::pipe(port_pipe), 0);
        BOOST_REQUIRE_EQUAL(::pipe(log_pipe), 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(log_pipe[1], STDERR_FILENO);
            ::close(log_pipe[1]);
            ::close(log_pipe[0]); // the test must be the only reader
            std::signal(SIGPIPE, SIG_DFL);
            options.on_listening = [&](const std::string& url) {
                const auto port = url.substr(url.rfind(':') + 1) + "\n";
                static_cast<void>(::write(port_pipe[1], port.data(), port.size()));
            };
            rill::router app;
            app.get("/stays", rill::sse::endpoint([](rill::sse::event_stream& stream) -> rill::awaitable<> {
                        stream.finish_on_shutdown(); // and runs until the drain timeout
                        co_await stream.send("begun");
                        co_await rill::sleep_for(1h);
                    }));
            app.get("/leaves", rill::sse::endpoint([](rill::sse::event_stream& stream) -> rill::awaitable<> {
                        co_await stream.send("begun");
                        co_await rill::sleep_for(1h);
                    }));
            ::_exit(rill::serve(std::move(app), options));
        }
        ::close(port_pipe[1]);
        ::close(log_pipe[1]);
        log_ = log_pipe[0];
        char digits[16]{};
        if (::read(port_pipe[0], digits, sizeof digits - 1) > 0) {
            port_ = static_cast<std::uint16_t>(std::atoi(digits));
        }
        ::close(port_pipe[0]);
    }
    serving_process(const serving_process&) = delete;
    serving_process& operator=(const serving_process&) = delete;
    ~serving_process()
    {
        ::close(log_);
        if (!waited_) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
    }

    std::uint16_t port() const { return port_; }
    void signal(int number) { ::kill(pid_, number); }

    int exit_code()
    {
        int status = 0;
        waited_ = ::waitpid(pid_, &status, 0) == pid_;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    /// Closes the read end of the log. Later log lines have no reader.
    void forget_log()
    {
        ::close(log_);
        log_ = -1;
    }

    /// Returns the whole log. Call it after exit_code().
    std::string log()
    {
        std::string text;
        char buffer[4096];
        for (long count = 0; (count = ::read(log_, buffer, sizeof buffer)) > 0;) {
            text.append(buffer, static_cast<std::size_t>(count));
        }
        return text;
    }

private:
    pid_t pid_ = -1;
    int log_ = -1;
    std::uint16_t port_ = 0;
    bool waited_ = false;
};

rill::server_options any_port()
{
    rill::server_options options;
    options.port = 0;
    return options;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_closed_log_pipe_does_not_end_the_process)
{
    serving_process process(any_port());
    raw_client c(process.port());
    c.get("/leaves");
    BOOST_REQUIRE(c.read_until("begun"));
    process.forget_log();
    process.signal(SIGTERM);
    BOOST_TEST(c.read_until("0\r\n\r\n"));
    BOOST_TEST(c.read_to_end());
    c.close();
    BOOST_TEST(process.exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(a_signal_drains_and_the_exit_code_is_0)
{
    for (const int number : {SIGTERM, SIGINT}) {
        serving_process process(any_port());
        raw_client c(process.port());
        c.get("/leaves");
        BOOST_REQUIRE(c.read_until("begun"));
        process.signal(number);
        BOOST_TEST(c.read_to_end());
        c.close();
        BOOST_TEST(process.exit_code() == 0);
        const auto log = process.log();
        BOOST_TEST(log.find("listening on") == log.npos); // on_listening replaces this log line
        BOOST_TEST(log.find("draining") != log.npos);
        BOOST_TEST(log.find("stopped") != log.npos);
        BOOST_TEST(log.find("error") == log.npos);
    }
}

BOOST_AUTO_TEST_CASE(a_second_signal_ends_at_once)
{
    auto options = any_port();
    options.drain_timeout = 1h;
    serving_process process(options);
    raw_client c(process.port());
    c.get("/stays");
    BOOST_REQUIRE(c.read_until("begun"));
    process.signal(SIGTERM);
    // When the server refuses connections, the drain has begun.
    BOOST_REQUIRE(eventually([&] {
        const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(process.port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const bool refused = ::connect(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0;
        ::close(probe);
        return refused;
    }));
    process.signal(SIGTERM);
    BOOST_TEST(process.exit_code() == 128 + SIGTERM);
}

BOOST_AUTO_TEST_CASE(an_error_at_the_start_is_one_line_and_exit_code_1)
{
    serving_process first(any_port());
    auto options = any_port();
    options.port = first.port();
    serving_process second(options);
    BOOST_TEST(second.exit_code() == 1);
    const auto log = second.log();
    BOOST_TEST(log.find("bind 127.0.0.1:" + std::to_string(first.port()) + ": Address already in use") != log.npos);
    BOOST_TEST(std::count(log.begin(), log.end(), '\n') == 1);
    first.signal(SIGTERM);
    BOOST_TEST(first.exit_code() == 0);
}

// Without the catch in serve() these exceptions would leave main() and end in std::terminate().
BOOST_AUTO_TEST_CASE(an_exception_during_setup_is_one_line_and_exit_code_1)
{
    const auto good = [] {
        rill::router app;
        app.get("/", [] { return "hello"; });
        return app;
    };
    const auto refused = [](const std::function<int()>& serves, std::string_view why) {
        forked f([&](const forked::line_writer&) { return serves(); });
        BOOST_TEST(f.wait() == 1);
        BOOST_TEST(f.output().find(why) != std::string::npos, f.output());
        BOOST_TEST(std::ranges::count(f.output(), '\n') == 1, f.output());
    };
    refused(
        [&] {
            return rill::serve(
                [&] {
                    auto app = good();
                    app.get("/{", [] { return "never"; });
                    return app;
                },
                any_port());
        },
        "bad route pattern '/{'");
    refused([] { return rill::serve([]() -> rill::handler { throw std::runtime_error("no\ndatabase"); }, any_port()); },
            "no\\ndatabase");
    refused([] { return rill::serve([]() -> rill::handler { throw 7; }, any_port()); },
            "an exception that is not a std::exception");
    refused([] { return rill::serve([] { return rill::handler(); }, any_port()); }, "server: the handler is empty");
    auto options = any_port();
    options.limits.write_timeout = 0ms;
    for (const bool made_before : {true, false}) {
        refused([&] { return made_before ? rill::serve(good(), options) : rill::serve(good, options); },
                "server_options: limits.write_timeout = 0 ms: must be more than 0 ms");
    }
    options = any_port();
    options.log_level = rill::log_level::error;
    options.on_listening = [](const std::string&) { throw std::runtime_error("can't write the port"); };
    refused([&] { return rill::serve(good, options); }, "can't write the port");
}

BOOST_AUTO_TEST_CASE(serve_calls_a_function_that_makes_the_application)
{
    forked f([](const forked::line_writer& report) {
        auto options = any_port();
        options.on_listening = [&](const std::string& url) { report("url " + url); };
        return rill::serve(
            [] {
                rill::router app;
                app.get("/", [] { return "hello"; });
                return app;
            },
            options);
    });
    client c(port_in(f.line("url ")));
    c.get("/");
    BOOST_TEST(c.body() == "hello");
    f.signal(SIGTERM);
    BOOST_TEST(f.wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
