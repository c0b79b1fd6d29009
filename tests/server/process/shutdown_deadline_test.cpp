// A process ends in time after a signal, even if a handler hangs and the event loop does not run.

#include "server/process/shutdown_deadline.hpp"

#include <rill/server/server.hpp>

#include "server/process_fixture.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(shutdown_deadline_test)

namespace {

/// A server whose handler hangs. The constructor sends the request that starts the handler.
class hanging_server : public forked
{
public:
    explicit hanging_server(unsigned threads, std::chrono::milliseconds drain_timeout,
                            rill::log_format format = rill::log_format::text)
        : forked([=](const line_writer& report) {
              rill::router app;
              app.get("/hang", [&report]() -> std::string {
                  report("hangs");
                  for (;;) {
                      ::pause();
                  }
              });
              rill::server_options options{.port = 0, .threads = threads, .drain_timeout = drain_timeout};
              options.log_format = format;
              options.on_listening = [&](const std::string& url) { report("url " + url); };
              return rill::serve(std::move(app), options);
          }),
          client_(port_in(line("url ")))
    {
        client_.get("/hang");
        line("hangs");
    }

private:
    raw_client client_;
};

constexpr auto timeout_message = "the event loop did not stop in time: ending the process";

volatile std::sig_atomic_t received = 0;

void count_signal(int)
{
    received = received + 1;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_process_with_a_hanging_handler_ends)
{
    hanging_server alone(1, 10ms);
    // The other worker drains, and then waits for the hanging worker.
    hanging_server beside(2, 10ms, rill::log_format::json);
    hanging_server interrupted(1, 10ms);
    hanging_server twice_signalled(1, 1h);
    twice_signalled.signal(SIGTERM);
    twice_signalled.signal(SIGINT); // a different signal, because two equal pending signals become one
    alone.signal(SIGTERM);
    beside.signal(SIGTERM);
    interrupted.signal(SIGINT);
    for (auto* server : {&alone, &beside, &interrupted}) {
        BOOST_TEST(server->wait() == 0);
        BOOST_TEST(server->output().find(timeout_message) != std::string::npos);
    }
    const auto& json = beside.output();
    const auto last = json.substr(json.rfind('\n', json.size() - 2) + 1);
    BOOST_TEST(last.starts_with("{\"time\":\"20"));
    BOOST_TEST(last.ends_with(std::string("Z\",\"level\":\"error\",\"message\":\"") + timeout_message + "\"}\n"));
    const int code = twice_signalled.wait();
    BOOST_TEST((code == 128 + SIGINT || code == 128 + SIGTERM));
}

// A previous signal handler can be the handler of an Asio signal_set.
BOOST_AUTO_TEST_CASE(previous_signal_handlers_run_and_are_restored)
{
    forked f([](const forked::line_writer& report) {
        std::signal(SIGTERM, count_signal);
        std::signal(SIGINT, SIG_IGN);
        {
            const rill::shutdown_deadline outer(1h, {});
            const rill::shutdown_deadline inner(1h, {});
            ::raise(SIGTERM);
            report("received " + std::to_string(received));
            ::raise(SIGINT);
        }
        ::raise(SIGTERM);
        report("received " + std::to_string(received));
        ::raise(SIGINT);
        ::sleep(2); // the destructors have ended the deadline
        return 0;
    });
    BOOST_TEST(f.line("received ") == "1");
    BOOST_TEST(f.line("received ") == "2");
    BOOST_TEST(f.wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
