#include "harness/comparison/comparison_cases.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <harness/report/report_files.hpp>
#include <harness/support/files.hpp>
#include <unistd.h>

BOOST_AUTO_TEST_SUITE(report_files_test)

namespace {

struct folder
{
    folder() { std::filesystem::create_directory(path); }
    ~folder() { std::filesystem::remove_all(path); }
    std::string path =
        (std::filesystem::temp_directory_path() / ("rill-report-" + std::to_string(::getpid()))).string();
};

} // namespace

BOOST_FIXTURE_TEST_CASE(a_report_is_complete_without_gnuplot, folder)
{
    const std::string before = std::getenv("PATH");
    ::setenv("PATH", "/nonexistent", 1);
    const auto written = bench::write_report(some_comparison(), path);
    ::setenv("PATH", before.c_str(), 1);
    BOOST_REQUIRE_MESSAGE(written.has_value(), written.error());
    BOOST_TEST(std::filesystem::exists(path + "/compare.json"));
    BOOST_TEST(bench::read_file(path + "/report.md").find("### /ticks, 15,000 streams") != std::string::npos);
    BOOST_TEST(bench::read_file(path + "/report.html").find("gnuplot is not installed") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_written_is_an_error)
{
    const auto written = bench::write_report(some_comparison(), "/nonexistent");
    BOOST_REQUIRE(!written.has_value());
    BOOST_TEST(written.error().starts_with("cannot write /nonexistent/compare.json: "));
}

BOOST_AUTO_TEST_SUITE_END()
