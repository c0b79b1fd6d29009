#include <rill/server/supervisor.hpp>

#include <fstream>
#include <map>

#include "server/process_fixture.hpp"
#include "server/serving/listening_socket.hpp"
#include "support/client.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(serve_processes_test)

namespace {

rill::handler pids()
{
    rill::router app;
    app.get("/pid", [] { return std::to_string(::getpid()); });
    app.get("/ticks", rill::sse::endpoint([](rill::sse::event_stream& stream) -> rill::awaitable<> {
                co_await stream.send("pid " + std::to_string(::getpid()) + ".");
                rill::interval every{5ms};
                for (;;) {
                    co_await every.tick();
                    co_await stream.send("tick");
                }
            }));
    app.get("/hang", []() -> std::string {
        static_cast<void>(::write(STDERR_FILENO, "hangs\n", 6) + 1);
        for (;;) {
            ::pause();
        }
    });
    return app;
}

/// A supervisor with servers as its workers.
class fleet : public forked
{
public:
    explicit fleet(rill::supervisor_options processes = {}, std::chrono::milliseconds drain_timeout = 5s)
        : forked([processes, drain_timeout](const line_writer& report) {
              auto watched = processes;
              rill::server_options options;
              options.port = 0;
              options.drain_timeout = drain_timeout;
              options.on_listening = [&](const std::string& url) { report("url " + url); };
              watched.on_started = [&](unsigned index, pid_t pid) {
                  report("started " + std::to_string(index) + " " + std::to_string(pid));
              };
              return rill::serve_processes(pids, options, watched);
          }),
          port(port_in(line("url ")))
    {}

    const std::uint16_t port;

    int ask_pid() const
    {
        client c(port);
        c.get("/pid");
        return std::stoi(c.body());
    }
};

int pid_of(raw_client& stream)
{
    stream.get("/ticks");
    BOOST_REQUIRE(stream.read_until(".\n"));
    const auto& text = stream.received();
    return std::stoi(text.substr(text.find("pid ") + 4));
}

/// Returns true if the process has ended, even if it is not a child of this process. A zombie has ended, too.
bool has_ended(int pid)
{
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string number, name, state;
    stat >> number >> name >> state;
    return state.empty() || state == "Z";
}

} // namespace

BOOST_AUTO_TEST_CASE(a_killed_worker_ends_only_its_streams_and_is_replaced)
{
    fleet f;
    std::map<int, std::unique_ptr<raw_client>> streams; // one stream per worker
    while (streams.size() < 2) {
        auto stream = std::make_unique<raw_client>(f.port);
        const int pid = pid_of(*stream);
        streams[pid] = std::move(stream);
    }
    const int dead = streams.begin()->first;
    ::kill(dead, SIGKILL);
    static_cast<void>(streams.begin()->second->read_to_end());
    auto& other = *streams.rbegin()->second;
    other.forget();
    BOOST_TEST(other.read_until("tick"));
    BOOST_TEST(f.line("worker ").find("was killed by Killed") != std::string::npos);
    BOOST_TEST(eventually([&] { // the connection may be refused before the restart
        try {
            return !streams.contains(f.ask_pid());
        } catch (const std::runtime_error&) {
            return false;
        }
    }));
    other.forget();
    BOOST_TEST(other.read_until("tick"));
    f.signal(SIGTERM);
    BOOST_TEST(other.read_to_end());
    BOOST_TEST(other.received().ends_with("0\r\n\r\n")); // drained
    BOOST_TEST(f.wait() == 0);
    BOOST_TEST(f.output().find("listening on") == std::string::npos, f.output()); // on_listening replaces this log line
}

BOOST_AUTO_TEST_CASE(a_worker_that_hangs_is_replaced)
{
    fleet f({.processes = 1, .initial_backoff = 1ms, .hang_timeout = 2s});
    const auto before = std::to_string(f.ask_pid());
    raw_client c(f.port);
    c.get("/hang");
    BOOST_TEST(f.line("started 0 ") != before);
    BOOST_TEST(f.output().find("hangs: sending SIGABRT") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(workers_do_not_outlive_their_supervisor)
{
    std::uint16_t port = 0;
    {
        fleet f;
        port = f.port;
        raw_client open(port);
        open.get("/ticks");
        BOOST_REQUIRE(open.read_until("tick"));
        f.signal(SIGKILL);
        BOOST_TEST(open.read_to_end());
    }
    BOOST_TEST(eventually([&] {
        try {
            const client c(port);
            return false;
        } catch (const std::runtime_error&) {
            return true;
        }
    }));
}

// The kernel sends SIGTERM to the worker, but its hanging event loop does not handle the signal.
BOOST_AUTO_TEST_CASE(hanging_workers_do_not_outlive_their_supervisor)
{
    fleet f({.processes = 1}, 10ms);
    const int worker = f.ask_pid();
    raw_client c(f.port);
    c.get("/hang");
    f.line("hangs");
    f.signal(SIGKILL);
    BOOST_TEST(eventually([&] { return has_ended(worker); }));
}

BOOST_AUTO_TEST_CASE(a_port_in_use_is_reported_in_one_line)
{
    running_server other([](rill::request&) -> rill::awaitable<rill::response> { co_return rill::response(); });
    forked taken([&](const forked::line_writer&) {
        rill::server_options options;
        options.port = other.port();
        return rill::serve_processes(pids, options, {});
    });
    BOOST_TEST(taken.wait() == 1);
    BOOST_TEST(taken.output().find("bind 127.0.0.1:" + std::to_string(other.port()) + ": Address already in use") !=
               std::string::npos);
    BOOST_TEST(std::ranges::count(taken.output(), '\n') == 1);
}

BOOST_AUTO_TEST_CASE(invalid_options_are_reported_in_one_line)
{
    const auto refused = [](const rill::server_options& options, const rill::supervisor_options& processes,
                            std::string_view why) {
        forked f([&](const forked::line_writer&) { return rill::serve_processes(pids, options, processes); });
        BOOST_TEST(f.wait() == 1);
        BOOST_TEST(f.output().find(why) != std::string::npos, f.output());
        BOOST_TEST(std::ranges::count(f.output(), '\n') == 1, f.output());
    };
    rill::server_options options;
    options.port = 0;
    refused(options, {.processes = 0}, "supervisor_options: processes = 0: must be from 1 to 1024");
    options.drain_timeout = -1ms;
    refused(options, {}, "server_options: drain_timeout = -1 ms: must be 0 ms or more");
}

BOOST_AUTO_TEST_CASE(a_setup_error_of_the_first_worker_ends_the_supervisor)
{
    forked f([](const forked::line_writer&) {
        rill::server_options options;
        options.port = 0;
        options.log_level = rill::log_level::error;
        return rill::serve_processes(
            []() -> rill::handler {
                rill::router app;
                app.get("/{", [] { return "never"; });
                return app;
            },
            options, {.processes = 1, .initial_backoff = 1ms, .max_backoff = 1ms});
    });
    BOOST_TEST(f.wait() == 1);
    BOOST_TEST(f.output().find("worker 0: bad route pattern '/{'") != std::string::npos, f.output());
    BOOST_TEST(std::ranges::count(f.output(), '\n') == 1, f.output());
}

// For example, a file is missing for some time. The other workers continue to serve.
BOOST_AUTO_TEST_CASE(a_setup_error_after_a_restart_is_retried)
{
    forked f([](const forked::line_writer& report) {
        rill::server_options options;
        options.port = 0;
        options.on_listening = [&](const std::string& url) { report("url " + url); };
        rill::supervisor_options processes{.processes = 2, .initial_backoff = 1ms, .max_backoff = 1ms};
        int starts = 0;
        processes.on_started = [&](unsigned, pid_t) { ++starts; };
        return rill::serve_processes(
            [&starts]() -> rill::handler {
                if (starts == 2 || starts == 3) {
                    throw std::runtime_error("the file is away");
                }
                return pids();
            },
            options, processes);
    });
    client c(port_in(f.line("url ")));
    c.get("/pid");
    ::kill(std::stoi(c.body()), SIGKILL);
    f.line("the file is away");
    f.line("ended with 78; restart in");
    f.line("the file is away");
    f.line("ended with 78; restart in");
    f.signal(SIGTERM);
    BOOST_TEST(f.wait() == 0);
}

BOOST_AUTO_TEST_CASE(given_sockets_determine_the_url)
{
    const auto socket = rill::open_listening_socket({}, 0, false);
    BOOST_REQUIRE(socket.has_value());
    const auto port = rill::local_address(*socket)->port;
    forked f([&](const forked::line_writer& report) {
        rill::server_options options{.sockets = {*socket}};
        options.on_listening = [&](const std::string& url) { report("url " + url); };
        return rill::serve_processes(pids, options, {.processes = 1});
    });
    ::close(*socket);
    BOOST_TEST(f.line("url ") == "http://127.0.0.1:" + std::to_string(port));
    client c(port);
    c.get("/pid");
    BOOST_TEST(c.status() == 200);
    f.signal(SIGTERM);
    BOOST_TEST(f.wait() == 0);
}

BOOST_AUTO_TEST_CASE(invalid_sockets_are_reported_in_one_line)
{
    const auto good = rill::open_listening_socket({}, 0, false);
    const auto silent = rill::reserve_port({}, 0);
    BOOST_REQUIRE((good.has_value() && silent.has_value()));
    forked f([&](const forked::line_writer&) {
        return rill::serve_processes(pids, {.sockets = {*good, *silent}}, {.processes = 2});
    });
    ::close(*good);
    ::close(*silent);
    BOOST_TEST(f.wait() == 1);
    BOOST_TEST(std::ranges::count(f.output(), '\n') == 1);
    BOOST_TEST(f.output().find(
                   "of server_options::sockets, which must be a listening socket of TCP or a Unix stream socket: ") !=
               std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
