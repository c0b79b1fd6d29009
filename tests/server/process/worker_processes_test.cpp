#include "server/process/worker_processes.hpp"

#include <map>

#include "server/process/restart_backoff.hpp"
#include "server/process_fixture.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(worker_processes_test)

namespace {

/// The options, the log and the PIDs of the worker processes.
struct stage
{
    explicit stage(rill::supervisor_options o) : options(std::move(o))
    {
        options.log = [this](rill::log_level, std::string_view text) { log.append(text).append("\n"); };
        options.on_started = [this](unsigned index, pid_t pid) { pids[index] = pid; };
    }
    stage(const stage&) = delete;
    stage& operator=(const stage&) = delete;
    ~stage()
    {
        for (const auto& [index, pid] : pids) {
            ::kill(pid, SIGKILL);
        }
    }

    bool logged(std::string_view text) const { return log.find(text) != std::string::npos; }

    rill::supervisor_options options;
    std::string log;
    std::map<unsigned, pid_t> pids;
};

int lives_on(unsigned)
{
    for (;;) {
        ::pause();
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(pauses_double_until_a_worker_was_stable)
{
    const rill::supervisor_options o{.initial_backoff = 100ms, .max_backoff = 1s, .backoff_reset_after = 10s};
    BOOST_TEST((rill::next_backoff(o, 0ms, 1ms) == 100ms));
    BOOST_TEST((rill::next_backoff(o, 100ms, 1ms) == 200ms));
    BOOST_TEST((rill::next_backoff(o, 800ms, 1ms) == 1s));
    BOOST_TEST((rill::next_backoff(o, 1s, 1ms) == 1s));
    BOOST_TEST((rill::next_backoff(o, 1s, 10s) == 100ms));
}

BOOST_AUTO_TEST_CASE(a_setup_failure_is_final_until_a_worker_was_ready)
{
    for (const bool ready_before : {false, true}) {
        stage s({.processes = 2, .initial_backoff = 1h, .max_backoff = 1h});
        rill::worker_processes workers(
            s.options, [](unsigned index) -> int { ::_exit(index == 0 ? rill::exit_setup_failed : lives_on(1)); });
        workers.start_due();
        if (ready_before) {
            workers.on_report(s.pids.at(1), "READY=1");
        }
        BOOST_REQUIRE(eventually([&] {
            workers.reap();
            return workers.setup_failed() || workers.next_event().has_value();
        }));
        BOOST_TEST(workers.setup_failed() == !ready_before);
        BOOST_TEST(workers.failed() == !ready_before);
        BOOST_TEST(s.logged("restart in") == ready_before);
    }
}

BOOST_AUTO_TEST_CASE(a_worker_that_ends_is_restarted_after_its_pause)
{
    stage s({.processes = 2, .initial_backoff = 1h, .max_backoff = 1h});
    rill::worker_processes workers(s.options,
                                   [](unsigned index) -> int { index == 0 ? ::_exit(3) : ::_exit(lives_on(1)); });
    workers.start_due();
    BOOST_TEST(s.pids.size() == 2U);
    BOOST_TEST(!workers.next_event().has_value());
    BOOST_REQUIRE(eventually([&] {
        workers.reap();
        return workers.next_event().has_value();
    }));
    BOOST_TEST(s.logged("worker 0 ended with 3; restart in 3600000 ms"));
    BOOST_TEST((*workers.next_event() > rill::worker_processes::clock::now() + 50min));
    const auto before = s.pids;
    workers.start_due(); // the pause is not over
    BOOST_TEST((s.pids == before));
    BOOST_TEST(workers.any_alive());
    BOOST_TEST(!workers.failed());
    workers.stop();
    BOOST_TEST(!workers.next_event().has_value());
    workers.signal(SIGTERM);
    BOOST_REQUIRE(eventually([&] {
        workers.reap();
        return !workers.any_alive();
    }));
    BOOST_TEST(!workers.failed()); // an end by SIGTERM is expected
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_killed_during_the_stop_is_a_failure)
{
    stage s({.processes = 1});
    rill::worker_processes workers(s.options, lives_on);
    workers.start_due();
    workers.stop();
    workers.signal(SIGKILL);
    BOOST_REQUIRE(eventually([&] {
        workers.reap();
        return !workers.any_alive();
    }));
    BOOST_TEST(workers.failed());
    BOOST_TEST(s.logged("worker 0 was killed by Killed"));
    workers.start_due();
    BOOST_TEST(!workers.any_alive());
}

BOOST_AUTO_TEST_CASE(only_reports_of_workers_count_and_silent_workers_are_killed)
{
    stage s({.processes = 1, .initial_backoff = 1h, .hang_timeout = 1ms});
    rill::worker_processes workers(s.options, [](unsigned) {
        std::signal(SIGABRT, SIG_DFL); // Boost.Test installs a handler for SIGABRT
        return lives_on(0);
    });
    workers.start_due();
    workers.on_report(0, "READY=1");
    workers.on_report(::getpid(), "READY=1\nWATCHDOG=1");
    BOOST_TEST(!workers.all_ready());
    std::this_thread::sleep_for(2ms);
    workers.kill_unresponsive(); // a worker without any report does not count as silent
    BOOST_TEST(!s.logged("hangs"));
    workers.on_report(s.pids[0], "STATUS=up\nREADY=1\nWATCHDOG=1");
    BOOST_TEST(workers.all_ready());
    BOOST_TEST(workers.next_event().has_value());
    std::this_thread::sleep_for(2ms);
    workers.kill_unresponsive();
    BOOST_TEST(s.logged("hangs: sending SIGABRT"));
    BOOST_REQUIRE(eventually([&] {
        workers.reap();
        return !workers.any_alive();
    }));
    BOOST_TEST(s.logged("worker 0 was killed by Aborted"));
}

// SIGABRT does not end a stopped process. It also does not end a process whose signal handler does not return.
BOOST_AUTO_TEST_CASE(a_worker_that_ignores_sigabrt_is_killed)
{
    stage s({.processes = 1, .initial_backoff = 1h, .hang_timeout = 1ms});
    rill::worker_processes workers(s.options, lives_on);
    workers.start_due();
    ::kill(s.pids[0], SIGSTOP);
    int status = 0;
    BOOST_REQUIRE(::waitpid(s.pids[0], &status, WUNTRACED) == s.pids[0]);
    workers.on_report(s.pids[0], "WATCHDOG=1");
    BOOST_REQUIRE(eventually([&] {
        workers.kill_unresponsive();
        workers.reap();
        return !workers.any_alive();
    }));
    BOOST_TEST(s.logged("hangs: sending SIGABRT\nprocess "));
    BOOST_TEST(s.logged("worker 0 was killed by Killed"));
}

BOOST_AUTO_TEST_SUITE_END()
