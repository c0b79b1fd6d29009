#include "server/operations/sigpipe_guard.hpp"

#include <cerrno>
#include <csignal>

#include "server/process_fixture.hpp"

BOOST_AUTO_TEST_SUITE(sigpipe_guard_test)

namespace {

using namespace rill_test;

int write_to_nobody()
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        return 0;
    }
    ::close(ends[0]);
    const int error = ::write(ends[1], "x", 1) < 0 ? errno : 0;
    ::close(ends[1]);
    return error;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_write_to_a_pipe_without_a_reader_returns_epipe)
{
    forked f([](const forked::line_writer&) {
        std::signal(SIGPIPE, SIG_DFL);
        for (int i = 0; i < 2; ++i) {
            const rill::sigpipe_guard guard;
            if (write_to_nobody() != EPIPE) {
                return 1;
            }
        }
        write_to_nobody(); // without the guard SIGPIPE ends the process
        return 2;
    });
    BOOST_TEST(f.wait() == -SIGPIPE);
}

BOOST_AUTO_TEST_CASE(a_pending_signal_stays_pending)
{
    forked f([](const forked::line_writer&) {
        sigset_t set;
        ::sigemptyset(&set);
        ::sigaddset(&set, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
        ::raise(SIGPIPE);
        {
            const rill::sigpipe_guard guard;
            write_to_nobody();
        }
        sigset_t pending;
        ::sigpending(&pending);
        return ::sigismember(&pending, SIGPIPE) == 1 ? 7 : 1;
    });
    BOOST_TEST(f.wait() == 7);
}

BOOST_AUTO_TEST_SUITE_END()
