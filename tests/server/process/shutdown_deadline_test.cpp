// A process that is told to stop ends in time, also with a handler that hangs: its event loop hears nothing more.

#include "server/process/shutdown_deadline.hpp"

#include <rill/server/server.hpp>

#include "server/process_fixture.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(shutdown_deadline_test)

namespace {

/// A server with a handler that hangs, by request.
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

volatile std::sig_atomic_t heard = 0;

void hear(int)
{
    heard = heard + 1;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_handler_that_hangs_does_not_keep_the_process)
{
    hanging_server alone(1, 10ms);
    hanging_server beside(2, 10ms, rill::log_format::json); // the other thread's loop drains and waits for this one
    hanging_server interrupted(1, 10ms);
    hanging_server told_twice(1, 1h);
    told_twice.signal(SIGTERM);
    told_twice.signal(SIGINT); // of another kind, as two that are alike may become one
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
    const int code = told_twice.wait();
    BOOST_TEST((code == 128 + SIGINT || code == 128 + SIGTERM));
}

// As Asio does for its signal sets.
BOOST_AUTO_TEST_CASE(handlers_that_were_set_before_hear_the_signals_and_are_there_afterwards)
{
    forked f([](const forked::line_writer& report) {
        std::signal(SIGTERM, hear);
        std::signal(SIGINT, SIG_IGN);
        {
            const rill::shutdown_deadline outer(1h, {});
            const rill::shutdown_deadline inner(1h, {});
            ::raise(SIGTERM);
            report("heard " + std::to_string(heard));
            ::raise(SIGINT);
        }
        ::raise(SIGTERM);
        report("heard " + std::to_string(heard));
        ::raise(SIGINT);
        ::sleep(2); // the second signal's deadline went with the objects
        return 0;
    });
    BOOST_TEST(f.line("heard ") == "1");
    BOOST_TEST(f.line("heard ") == "2");
    BOOST_TEST(f.wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
