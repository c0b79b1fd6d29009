#include <atomic>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdlib>
#include <harness/machine/process_group.hpp>
#include <harness/support/clock.hpp>
#include <harness/support/shared_memory.hpp>
#include <stdexcept>
#include <unistd.h>

#include "support/is_running.hpp"

using bench::process_group;
using rill_test::is_running;

BOOST_AUTO_TEST_SUITE(process_group_test)

namespace {

std::string wait_for_end(process_group& group)
{
    for (int i = 0; i < 6000; ++i) { // a minute
        if (const auto ended = group.ended()) {
            return *ended;
        }
        bench::sleep_ns(10'000'000);
    }
    return "nothing ended";
}

[[noreturn]] void sleep_for_ever()
{
    for (;;) {
        ::pause();
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(children_share_memory_with_the_parent)
{
    bench::shared_memory<std::atomic<int>> numbers(3);
    process_group group;
    for (int i = 0; i < 3; ++i) {
        group.spawn([&numbers, i] { numbers[static_cast<std::size_t>(i)] = i + 1; });
    }
    BOOST_TEST(group.pids().size() == 3U);
    group.join(60);
    BOOST_TEST(group.pids().empty());
    BOOST_TEST(numbers[0] == 1);
    BOOST_TEST(numbers[2] == 3);
}

BOOST_AUTO_TEST_CASE(the_end_of_a_child_is_reported_with_its_reason)
{
    process_group group;
    group.spawn([] { std::_Exit(7); });
    BOOST_TEST(wait_for_end(group).ends_with("ended with status 7"));
    group.spawn([] { ::raise(SIGKILL); });
    BOOST_TEST(wait_for_end(group).find("signal 9") != std::string::npos);
    group.spawn([] { throw std::runtime_error("(this is a test)"); });
    BOOST_TEST(wait_for_end(group).ends_with("ended with status 1"));
}

BOOST_AUTO_TEST_CASE(remaining_children_end_with_the_group)
{
    pid_t child = 0;
    {
        process_group group;
        group.spawn(sleep_for_ever);
        child = group.pids().front();
        BOOST_TEST(is_running(child));
    }
    BOOST_TEST(!is_running(child));
}

BOOST_AUTO_TEST_CASE(only_the_parent_handles_interrupts)
{
    enum : int
    {
        starting,
        running,
        interrupted
    };
    bench::shared_memory<std::atomic<int>> state(1);
    process_group group;
    group.spawn([&state] {
        state[0] = running;
        while (state[0] != interrupted) {
            bench::sleep_ns(1'000'000);
        }
        std::_Exit(5);
    });
    while (state[0] != running) {
        bench::sleep_ns(1'000'000);
    }
    ::kill(group.pids().front(), SIGINT);
    state[0] = interrupted;
    BOOST_TEST(wait_for_end(group).ends_with("ended with status 5"));
}

BOOST_AUTO_TEST_CASE(children_end_when_their_parent_is_killed)
{
    bench::shared_memory<std::atomic<pid_t>> grandchild(1);
    process_group group;
    group.spawn([&grandchild] {
        process_group inner;
        inner.spawn(sleep_for_ever);
        grandchild[0] = inner.pids().front();
        sleep_for_ever();
    });
    while (grandchild[0] == 0 && !group.ended()) {
        bench::sleep_ns(1'000'000);
    }
    BOOST_TEST(is_running(grandchild[0]));
    ::kill(group.pids().front(), SIGKILL);
    wait_for_end(group);
    for (int i = 0; i < 6000 && is_running(grandchild[0]); ++i) {
        bench::sleep_ns(10'000'000);
    }
    BOOST_TEST(!is_running(grandchild[0]));
}

BOOST_AUTO_TEST_SUITE_END()
