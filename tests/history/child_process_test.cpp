#include "history/child_process.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>

using history::child_process;

BOOST_AUTO_TEST_SUITE(history_child_process_test)

namespace {

struct fixture
{
    std::string output =
        (std::filesystem::temp_directory_path() / ("rill-child-" + std::to_string(::getpid()))).string();
    ~fixture() { std::filesystem::remove(output); }

    std::string text() const
    {
        std::ifstream file(output);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    static bool eventually_ended(child_process& process)
    {
        for (int i = 0; i < 3'000 && !process.has_ended(); ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return process.has_ended();
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_process_runs_until_it_is_killed, fixture)
{
    child_process process({"sleep", "3600"}, output);
    BOOST_TEST(process.has_ended());
    process.start();
    BOOST_TEST(process.pid() > 0);
    BOOST_TEST(!process.has_ended());
    process.kill();
    BOOST_TEST(process.has_ended());
    process.start();
    BOOST_TEST(!process.has_ended());
}

BOOST_FIXTURE_TEST_CASE(the_output_of_all_starts_is_in_the_file, fixture)
{
    child_process process({"sh", "-c", "echo out; echo error >&2"}, output);
    for (int i = 0; i < 2; ++i) {
        process.start();
        BOOST_TEST(eventually_ended(process));
    }
    BOOST_TEST(text() == "out\nerror\nout\nerror\n");
}

BOOST_FIXTURE_TEST_CASE(a_process_does_not_inherit_descriptors, fixture)
{
    constexpr int descriptor = 200;
    BOOST_REQUIRE(::dup2(STDERR_FILENO, descriptor) == descriptor);
    child_process process({"sh", "-c", "test -e /proc/$$/fd/200 && echo inherited || echo closed"}, output);
    process.start();
    BOOST_TEST(eventually_ended(process));
    BOOST_TEST(text() == "closed\n");
    ::close(descriptor);
}

BOOST_FIXTURE_TEST_CASE(a_server_that_ends_is_reported_with_its_output, fixture)
{
    child_process process({"sh", "-c", "echo the reason"}, output);
    process.start();
    const auto says_why = [](const std::runtime_error& e) {
        return std::string(e.what()).find("the reason") != std::string::npos;
    };
    BOOST_CHECK_EXCEPTION(process.wait_until_listening(1), std::runtime_error, says_why);
}

BOOST_AUTO_TEST_SUITE_END()
