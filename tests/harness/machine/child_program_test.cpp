#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <harness/machine/child_program.hpp>
#include <harness/support/files.hpp>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "support/is_running.hpp"

using bench::child_program;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(child_program_test)

namespace {

struct folder
{
    folder() { std::filesystem::create_directory(path); }
    ~folder() { std::filesystem::remove_all(path); }
    std::string log() const { return path + "/log"; }
    std::string path = (std::filesystem::temp_directory_path() / ("rill-child-" + std::to_string(::getpid()))).string();
};

std::unique_ptr<child_program> shell(const folder& here, const std::string& script)
{
    auto started = child_program::start({{"/bin/sh", "-c", script}, {}, here.log()});
    BOOST_REQUIRE_MESSAGE(started.has_value(), started.error());
    return std::move(*started);
}

int wait_for(child_program& program)
{
    while (!program.exit_code()) {
        std::this_thread::sleep_for(1ms);
    }
    return *program.exit_code();
}

/// Waits until the program has printed a line.
std::string wait_for_line(const folder& here)
{
    while (bench::last_line(here.log()).empty()) {
        std::this_thread::sleep_for(1ms);
    }
    return bench::last_line(here.log());
}

} // namespace

BOOST_FIXTURE_TEST_CASE(exit_codes_are_returned, folder)
{
    BOOST_TEST(wait_for(*shell(*this, "exit 0")) == 0);
    BOOST_TEST(wait_for(*shell(*this, "exit 7")) == 7);
    BOOST_TEST(wait_for(*shell(*this, "kill -9 $$")) == 128 + SIGKILL);
}

BOOST_FIXTURE_TEST_CASE(output_is_written_to_the_log, folder)
{
    wait_for(*shell(*this, "echo one; echo two >&2; echo"));
    BOOST_TEST(bench::last_line(log()) == "two");
    wait_for(*shell(*this, "echo three"));
    BOOST_TEST(bench::last_line(log()) == "three");
    BOOST_TEST(bench::last_line(path + "/none") == "");
}

BOOST_FIXTURE_TEST_CASE(a_program_that_cannot_be_executed_is_an_error, folder)
{
    const auto started = child_program::start({{"/no/such/program"}, {}, log()});
    BOOST_REQUIRE(!started.has_value());
    BOOST_TEST(started.error() == "cannot start /no/such/program: No such file or directory");
}

BOOST_FIXTURE_TEST_CASE(a_program_runs_on_the_selected_core, folder)
{
    auto started = child_program::start({{"/bin/sh", "-c", "grep Cpus_allowed_list /proc/self/status"}, 0U, log()});
    BOOST_REQUIRE(started.has_value());
    wait_for(**started);
    BOOST_TEST(bench::last_line(log()) == "Cpus_allowed_list:\t0");
}

BOOST_FIXTURE_TEST_CASE(stop_sends_sigterm_first, folder)
{
    const auto polite = shell(*this, "trap 'exit 3' TERM; echo ready; while :; do sleep 0.01; done");
    wait_for_line(*this);
    polite->stop(60);
    BOOST_TEST(polite->exit_code().value() == 3);
}

BOOST_FIXTURE_TEST_CASE(stop_kills_a_program_that_ignores_sigterm, folder)
{
    const auto stubborn = shell(*this, "trap '' TERM; echo ready; while :; do sleep 0.01; done");
    wait_for_line(*this);
    stubborn->stop(0.05);
    BOOST_TEST(stubborn->exit_code().value() == 128 + SIGKILL);
}

BOOST_FIXTURE_TEST_CASE(stop_ends_the_children_of_the_program, folder)
{
    const auto parent = shell(*this, "sleep 1000 & echo $!; wait");
    const pid_t child = std::stoi(wait_for_line(*this));
    const std::vector<pid_t> family{parent->pid(), child};
    BOOST_TEST(bench::process_tree(parent->pid()) == family, boost::test_tools::per_element());
    parent->stop(0);
    while (rill_test::is_running(child)) {
        std::this_thread::sleep_for(1ms);
    }
}

BOOST_FIXTURE_TEST_CASE(a_program_ends_with_the_process_that_started_it, folder)
{
    const auto middle = ::fork();
    if (middle == 0) {
        auto started = child_program::start({{"/bin/sh", "-c", "echo $$; exec sleep 1000"}, {}, log()});
        wait_for_line(*this);
        ::kill(::getpid(), SIGKILL); // without any cleanup
    }
    ::waitpid(middle, nullptr, 0);
    const pid_t left = std::stoi(wait_for_line(*this));
    while (rill_test::is_running(left)) {
        std::this_thread::sleep_for(1ms);
    }
}

BOOST_AUTO_TEST_SUITE_END()
