#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <log_tail/app.hpp>
#include <rill/testing.hpp>

#include "support/temporary_directory.hpp"

namespace log_tail_test {

namespace {

struct fixture
{
    rill_test::temporary_directory directory;
    std::string file = directory.file("app.log");
    rill::testing::server server{log_tail::app({.file = file, .period = std::chrono::milliseconds(500)})};

    void append(std::string_view text) const { std::ofstream(file, std::ios::app | std::ios::binary) << text; }
};

/// The next event: its id and its text.
std::string next(rill::testing::stream& client)
{
    const auto event = client.next();
    return event.id + " " + event.data;
}

} // namespace

} // namespace log_tail_test

BOOST_FIXTURE_TEST_SUITE(log_tail_test, log_tail_test::fixture)

BOOST_AUTO_TEST_CASE(begins_with_the_last_ten_lines)
{
    for (int i = 1; i <= 15; ++i) {
        append("line " + std::to_string(i) + "\n");
    }
    auto client = server.open("/log");
    BOOST_TEST(client.head().header("content-type") == "text/event-stream");
    const auto lines = client.next(10);
    BOOST_REQUIRE(lines.size() == 10U);
    BOOST_TEST(lines.front().data == "line 6");
    BOOST_TEST(lines.back().data == "line 15");
    BOOST_TEST(lines.back().id == std::to_string(std::filesystem::file_size(file)));
}

BOOST_AUTO_TEST_CASE(appended_lines_appear_when_they_are_complete)
{
    append("one\n");
    auto client = server.open("/log");
    BOOST_TEST(next(client) == "4 one");
    append("tw");
    append("o\n\xFF\n");
    BOOST_TEST(next(client) == "8 two");
    BOOST_TEST(next(client) == "10 \uFFFD");
}

BOOST_AUTO_TEST_CASE(waits_for_a_file_that_does_not_exist_yet)
{
    auto client = server.open("/log");
    append("first\n");
    BOOST_TEST(next(client) == "6 first");
}

BOOST_AUTO_TEST_CASE(follows_a_rotation)
{
    append("old\n");
    auto client = server.open("/log");
    BOOST_TEST(next(client) == "4 old");
    append("last of the old\nunfinished");
    std::filesystem::rename(file, file + ".1");
    append("first of the new\n");
    BOOST_TEST(next(client) == "20 last of the old");
    BOOST_TEST(next(client) == "30 unfinished");
    BOOST_TEST(next(client) == "17 first of the new");
}

BOOST_AUTO_TEST_CASE(continues_after_a_truncation)
{
    append("a line that is longer than the next\n");
    auto client = server.open("/log");
    BOOST_TEST(next(client) == "36 a line that is longer than the next");
    std::filesystem::resize_file(file, 0);
    append("new\n");
    BOOST_TEST(next(client) == "4 new");
}

BOOST_AUTO_TEST_CASE(resumes_at_the_last_event_id)
{
    append("one\ntwo\nthree\n");
    auto client = server.open("/log", {{"Last-Event-ID", "4"}});
    BOOST_TEST(next(client) == "8 two");
    BOOST_TEST(next(client) == "14 three");
    append("four\n");
    BOOST_TEST(next(client) == "19 four");
}

BOOST_AUTO_TEST_CASE(an_id_of_another_file_starts_at_the_beginning)
{
    append("one\ntwo\n");
    auto client = server.open("/log", {{"Last-Event-ID", "1000"}}); // the file was replaced meanwhile
    BOOST_TEST(next(client) == "4 one");
    BOOST_TEST(server.open("/log", {{"Last-Event-ID", "6"}}).next().data == "one"); // inside a line
    BOOST_TEST(server.open("/log", {{"Last-Event-ID", "nonsense"}}).next().data == "one");
}

BOOST_AUTO_TEST_CASE(has_a_page)
{
    const auto page = server.get("/");
    BOOST_TEST(page.status == 200);
    BOOST_TEST(page.header("content-type") == "text/html; charset=utf-8");
}

BOOST_AUTO_TEST_SUITE_END()
