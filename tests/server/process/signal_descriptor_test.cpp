#include "server/process/signal_descriptor.hpp"

#include <array>
#include <fcntl.h>

#include "server/process_fixture.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(signal_descriptor_test)

namespace {

constexpr std::array numbers{SIGUSR1, SIGUSR2};

bool is_blocked(int number)
{
    sigset_t set;
    ::sigprocmask(SIG_BLOCK, nullptr, &set);
    return ::sigismember(&set, number) == 1;
}

} // namespace

BOOST_AUTO_TEST_CASE(signals_are_read_one_after_another)
{
    const auto descriptors = open_descriptors();
    {
        const rill::signal_descriptor inbox(numbers);
        BOOST_TEST(inbox.next() == 0);
        ::kill(::getpid(), SIGUSR2); // without the descriptor SIGUSR2 would end the process
        ::kill(::getpid(), SIGUSR1);
        ::kill(::getpid(), SIGUSR1);
        BOOST_TEST(inbox.next() == SIGUSR1); // the lower number first; two equal signals become one
        BOOST_TEST(inbox.next() == SIGUSR2);
        BOOST_TEST(inbox.next() == 0);
    }
    BOOST_TEST(!is_blocked(SIGUSR1));
    BOOST_TEST(eventually([&] { return open_descriptors() <= descriptors; }));
}

BOOST_AUTO_TEST_CASE(release_unblocks_the_signals_in_a_child)
{
    rill::signal_descriptor inbox(numbers);
    const int descriptor = inbox.descriptor();
    forked child([&](const forked::line_writer&) {
        inbox.release();
        return is_blocked(SIGUSR1) || ::fcntl(descriptor, F_GETFD) != -1 ? 1 : 0;
    });
    BOOST_TEST(child.wait() == 0);
    BOOST_TEST(is_blocked(SIGUSR1));
    ::kill(::getpid(), SIGUSR1);
    BOOST_TEST(inbox.next() == SIGUSR1);
}

BOOST_AUTO_TEST_SUITE_END()
