#include "server/process/sigpipe_handler.hpp"

#include <cerrno>
#include <csignal>

#include "server/process_fixture.hpp"

BOOST_AUTO_TEST_SUITE(sigpipe_handler_test)

namespace {

using namespace rill_test;

int write_without_a_reader()
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

BOOST_AUTO_TEST_CASE(a_write_returns_epipe_and_started_programs_have_the_default)
{
    forked f([](const forked::line_writer&) {
        std::signal(SIGPIPE, SIG_DFL);
        rill::install_sigpipe_handler();
        if (write_without_a_reader() != EPIPE) {
            return 1;
        }
        ::execl("/bin/sh", "sh", "-c", "kill -PIPE $$; exit 3", nullptr);
        return 2;
    });
    BOOST_TEST(f.wait() == -SIGPIPE);
    forked own([](const forked::line_writer&) {
        std::signal(SIGPIPE, SIG_IGN);
        rill::install_sigpipe_handler();
        return std::signal(SIGPIPE, SIG_DFL) == SIG_IGN ? 7 : 1;
    });
    BOOST_TEST(own.wait() == 7);
}

BOOST_AUTO_TEST_SUITE_END()
