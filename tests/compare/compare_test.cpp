#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <harness/comparison/comparison.hpp>
#include <harness/comparison/summary.hpp>
#include <harness/support/text.hpp>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/report/well_formed.hpp"
#include "support/test_ports.hpp"

// Runs rill-bench compare as a user does, but with numbers that are too small for meaningful figures.

BOOST_AUTO_TEST_SUITE(compare_test)

namespace {

std::string text_of(const std::string& path)
{
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

struct folder
{
    folder() { std::filesystem::create_directory(path); }
    ~folder() { std::filesystem::remove_all(path); }
    std::string path =
        (std::filesystem::temp_directory_path() / ("rill-compare-" + std::to_string(::getpid()))).string();
};

constexpr const char* manifest = R"([
  {"name": "rill", "title": "rill", "command": [")" RILL_STREAM_SERVER
                                 R"(", "--port", "{port}"], "endpoints": ["/ticks"], "build": "FOLDER/rill"},
  {"name": "missing", "title": "Missing", "command": ["no/such/server"], "endpoints": ["/ticks"],
   "build": "FOLDER/missing"},
  {"name": "broken", "title": "Broken", "command": ["/bin/sh", "-c", "echo out of order; exit 4"], "endpoints": ["/ticks"]},
  {"name": "floor", "title": "Floor", "command": [")" RILL_FLOOR R"(", "--port", "{port}"], "endpoints": ["/ticks"]}])";

/// Runs the program and returns its exit code.
int run(const folder& here, const std::string& arguments)
{
    std::string servers = manifest;
    bench::replace_all(servers, "FOLDER", here.path);
    std::ofstream(here.path + "/peers.json") << servers;
    std::filesystem::create_directory(here.path + "/rill");
    std::ofstream(here.path + "/rill/version") << "rill 1.2, gcc 3.4\n";
    std::filesystem::create_directory(here.path + "/missing");
    std::ofstream(here.path + "/missing/skipped") << "go 1.19 is too old\n";
    const auto command = std::string(RILL_BENCH) + " compare " + arguments + " --root " RILL_ROOT " --manifest " +
                         here.path + "/peers.json --port " + std::to_string(rill_test::free_port()) + " --out " +
                         here.path + "/out > " + here.path + "/stdout 2> " + here.path + "/stderr";
    const int status = std::system(command.c_str());
    BOOST_TEST_MESSAGE(text_of(here.path + "/stderr"));
    return WEXITSTATUS(status);
}

bool has_a_second_core()
{
    return ::sysconf(_SC_NPROCESSORS_ONLN) > 1;
}

const std::string tiny = "--streams 20 --endpoint ticks --ms 250 --settle 100ms ";

} // namespace

BOOST_FIXTURE_TEST_CASE(servers_are_compared_and_reported, folder)
{
    const auto code = run(*this, tiny + "--for 600ms --rounds 2" + (has_a_second_core() ? "" : " --client-core 0"));
    BOOST_TEST(code == 1); // one of the servers is broken

    const auto all = bench::comparison_from(boost::json::parse(text_of(path + "/out/compare.json")));
    BOOST_REQUIRE_MESSAGE(all.has_value(), all.error());
    std::string order;
    for (const auto& each : all->runs) {
        order += each.server + std::to_string(each.round) + " ";
    }
    BOOST_TEST(order == "floor1 rill1 broken1 floor2 rill2 broken2 ");

    const auto summaries = summarize(*all, {"/ticks", 20});
    BOOST_TEST(summaries[0].server == "floor");
    BOOST_TEST(summaries[0].valid_rounds == 2U);
    BOOST_TEST(summaries[1].valid_rounds == 2U);
    BOOST_TEST(summaries[1].figures.at("live").lowest == 20);
    BOOST_TEST(summaries[1].figures.at("events").lowest > 20);
    BOOST_TEST(summaries[1].of_floor.has_value());
    BOOST_TEST(summaries[2].failures.front() == "not built: go 1.19 is too old");
    BOOST_TEST(summaries[1].version == "rill 1.2, gcc 3.4");
    BOOST_TEST(text_of(path + "/stdout").find("| rill | rill 1.2, gcc 3.4 | ") != std::string::npos);
    BOOST_TEST(text_of(path + "/stdout").find("- missing: not built: go 1.19 is too old\n") != std::string::npos);
    BOOST_TEST(text_of(path + "/stderr").find(" B/stream, p50 and p99 ") != std::string::npos);
    BOOST_TEST(summaries[3].failures.front() == "round 1: the server ended with 4: out of order");

    check_well_formed(text_of(path + "/out/report.html"));
    check_well_formed(text_of(path + "/out/ticks-memory.svg"));
    BOOST_TEST(text_of(path + "/stdout") == text_of(path + "/out/report.md"));
    BOOST_TEST(text_of(path + "/stderr").find(path + "/out/report.html") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(rounds_can_be_added_later, folder)
{
    const auto one = tiny + "--for 600ms --rounds 1 --add rill" + (has_a_second_core() ? "" : " --client-core 0");
    BOOST_TEST(run(*this, one) == 0);
    BOOST_TEST(text_of(path + "/stdout").find("| rill | rill 1.2, gcc 3.4 | - |") !=
               std::string::npos); // a single run has no figures
    BOOST_TEST(run(*this, one) == 0);
    BOOST_TEST(text_of(path + "/stdout").find("| 2 of 2 |") != std::string::npos);
    const auto all = bench::comparison_from(boost::json::parse(text_of(path + "/out/compare.json")));
    BOOST_REQUIRE(all.has_value());
    BOOST_TEST(all->rounds == 2U);
    BOOST_TEST(all->runs.size() == 4U);
    BOOST_TEST(all->command.ends_with("--rounds 2"));

    BOOST_TEST(run(*this, one + " broken") == 2);
    BOOST_TEST(text_of(path + "/stderr").find("has other servers") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_single_round_is_refused, folder)
{
    BOOST_TEST(run(*this, tiny + "--rounds 1") == 2);
    BOOST_TEST(!std::filesystem::exists(path + "/out"));
}

BOOST_FIXTURE_TEST_CASE(mistakes_are_refused_before_anything_is_measured, folder)
{
    BOOST_TEST(run(*this, tiny + "nobody") == 2);
    BOOST_TEST(text_of(path + "/stderr").find("no server 'nobody'; there are: rill missing broken floor") !=
               std::string::npos);
    BOOST_TEST(run(*this, tiny + "--client-core 4000") == 2);
    BOOST_TEST(text_of(path + "/stderr").find("core 4000 does not exist") != std::string::npos);
    BOOST_TEST(run(*this, tiny + "--for 5") == 2);
    BOOST_TEST(run(*this, "--streams 9000000") == 2);
    BOOST_TEST(text_of(path + "/stderr").find("9,000,000 streams: each server is one process") != std::string::npos);
    BOOST_TEST(!std::filesystem::exists(path + "/out"));
    std::ofstream(path + "/out") << "no folder";
    BOOST_TEST(run(*this, tiny) == 3);
}

BOOST_AUTO_TEST_SUITE_END()
