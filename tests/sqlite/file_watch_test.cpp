#include "sqlite/file_watch.hpp"

#include <fstream>
#include <thread>

#include "sqlite/log_fixture.hpp"

using rill::sqlite::detail::file_watch;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(sqlite_file_watch_test)

BOOST_AUTO_TEST_CASE(a_notification_ends_the_wait)
{
    file_watch watch;
    watch.notify();
    watch.notify();
    BOOST_TEST(!watch.wait(1h));
    std::jthread later([&] { watch.notify(); });
    BOOST_TEST(!watch.wait(1h));
}

BOOST_AUTO_TEST_CASE(a_write_ends_the_wait)
{
    temporary_directory files;
    std::ofstream(files.file() + "-wal") << "x";
    file_watch watch;
    BOOST_TEST_REQUIRE(watch.watch(files.file()));
    BOOST_TEST(!watch.wait(0ms));
    std::ofstream(files.file() + "-wal", std::ios::app) << "y";
    BOOST_TEST(watch.wait(1h));
    BOOST_TEST(!watch.wait(0ms));
}

BOOST_AUTO_TEST_CASE(the_next_file_replaces_the_watched_one)
{
    temporary_directory files;
    BOOST_TEST(!file_watch().watch(files.file()));
    std::ofstream(files.file("a-wal")) << "x";
    std::ofstream(files.file("b-wal")) << "x";
    file_watch watch;
    BOOST_TEST_REQUIRE(watch.watch(files.file("a")));
    BOOST_TEST_REQUIRE(watch.watch(files.file("b")));
    watch.wait(0ms); // the end of the first watch is an event, too
    std::ofstream(files.file("a-wal"), std::ios::app) << "y";
    BOOST_TEST(!watch.wait(0ms));
    std::ofstream(files.file("b-wal"), std::ios::app) << "y";
    BOOST_TEST(watch.wait(0ms));
}

BOOST_AUTO_TEST_SUITE_END()
