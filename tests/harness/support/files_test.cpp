#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <harness/support/files.hpp>
#include <unistd.h>

BOOST_AUTO_TEST_SUITE(files_test)

namespace {

struct file
{
    ~file() { std::filesystem::remove(path); }
    std::string path = (std::filesystem::temp_directory_path() / ("rill-file-" + std::to_string(::getpid()))).string();
};

} // namespace

BOOST_FIXTURE_TEST_CASE(the_content_is_replaced, file)
{
    BOOST_TEST(bench::read_file(path).empty());
    BOOST_TEST(bench::write_file(path, "first, longer").has_value());
    BOOST_TEST(bench::write_file(path, "second").has_value());
    BOOST_TEST(bench::read_file(path) == "second");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_written_is_an_error)
{
    const auto written = bench::write_file("/nonexistent/file", "");
    BOOST_REQUIRE(!written.has_value());
    BOOST_TEST(written.error() == "cannot write /nonexistent/file: No such file or directory");
}

BOOST_FIXTURE_TEST_CASE(the_last_line_is_the_last_that_is_not_blank, file)
{
    BOOST_TEST(bench::last_line(path).empty());
    BOOST_TEST(bench::write_file(path, "one\ntwo\n \t\n\n").has_value());
    BOOST_TEST(bench::last_line(path) == "two");
}

BOOST_AUTO_TEST_SUITE_END()
