#include <rill/server/supervisor.hpp>

#include <sys/resource.h>

#include "server/process_fixture.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(supervisor_test)

BOOST_AUTO_TEST_CASE(a_worker_that_always_crashes_is_restarted_with_growing_pauses)
{
    forked f([](const forked::line_writer& report) {
        rill::supervisor_options options{.processes = 1, .initial_backoff = 20ms, .max_backoff = 160ms};
        int starts = 0;
        options.on_started = [&](unsigned, pid_t) {
            ++starts;
            const std::chrono::duration<double, std::milli> now = std::chrono::steady_clock::now().time_since_epoch();
            report("started at " + std::to_string(now.count()));
        };
        const int result = rill::supervise(options, [&](unsigned) -> int {
            if (starts < 6) {
                ::_exit(3);
            }
            for (;;) { // the seventh worker keeps running until the supervisor stops
                ::pause();
            }
        });
        rusage usage{};
        ::getrusage(RUSAGE_SELF, &usage);
        report("seconds " + std::to_string(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec));
        return result;
    });
    const double first = std::stod(f.line("started at "));
    double last = first;
    for (int i = 0; i < 6; ++i) {
        last = std::stod(f.line("started at "));
    }
    BOOST_TEST(last - first >= 20 + 40 + 80 + 3 * 160); // ms
    f.signal(SIGINT);
    BOOST_TEST(f.line("seconds ") == "0"); // CPU time; the supervisor has not used a busy loop
    BOOST_TEST(f.wait() == 0);
    BOOST_TEST(f.output().find("worker 0 ended with 3; restart in 160 ms") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_error_at_the_start_is_one_line)
{
    forked none(
        [](const forked::line_writer&) { return rill::supervise({.processes = 0}, [](unsigned) { return 0; }); });
    BOOST_TEST(none.wait() == 1);
    BOOST_TEST(none.output().find("supervisor_options: processes = 0: must be from 1 to 1024") != std::string::npos);
    BOOST_TEST(std::ranges::count(none.output(), '\n') == 1);
#if !defined(__SANITIZE_THREAD__)
    forked threaded([](const forked::line_writer&) {
        std::thread other([] { std::this_thread::sleep_for(1h); });
        const int result = rill::supervise({}, [](unsigned) { return 0; });
        other.detach();
        return result;
    });
    BOOST_TEST(threaded.wait() == 1);
    BOOST_TEST(threaded.output().find("while the process has one thread") != std::string::npos);
#endif
}

// Only the supervisor writes the output that the program had buffered before the fork.
BOOST_AUTO_TEST_CASE(workers_do_not_repeat_buffered_output)
{
    forked f([](const forked::line_writer& report) {
        ::dup2(STDERR_FILENO, STDOUT_FILENO); // stdio buffers output to a pipe
        std::fputs("written once\n", stdout);
        rill::supervisor_options options{.processes = 2, .initial_backoff = 1h};
        options.on_started = [&, ended = 0](unsigned, pid_t) mutable { report("started " + std::to_string(++ended)); };
        const int result = rill::supervise(options, [](unsigned) { return 0; });
        std::fflush(stdout);
        return result;
    });
    f.line("worker 0 ended with 0");
    f.signal(SIGTERM);
    BOOST_TEST(f.wait() == 0);
    const auto& text = f.output();
    const auto first = text.find("written once");
    BOOST_REQUIRE(first != text.npos);
    BOOST_TEST(text.find("written once", first + 1) == text.npos);
}

BOOST_AUTO_TEST_SUITE_END()
