#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <harness/machine/child_program.hpp>
#include <harness/machine/process_stats.hpp>
#include <harness/servers/server_start.hpp>
#include <harness/support/clock.hpp>
#include <harness/support/files.hpp>
#include <unistd.h>

#include "support/test_ports.hpp"

// Runs rill-bench fanout and sweep as a user does, with stream_server as the server. The numbers are too small for
// meaningful figures.

BOOST_AUTO_TEST_SUITE(fanout_test)

namespace {

struct fixture
{
    fixture()
    {
        std::filesystem::create_directory(path);
        auto started = bench::start_server(
            {{RILL_STREAM_SERVER, "--port", std::to_string(port)}, {}, path + "/server.log"}, port, "/topics/0", 60);
        BOOST_REQUIRE_MESSAGE(started.has_value(), started.error());
        server = std::move(*started);
    }
    ~fixture() { std::filesystem::remove_all(path); }

    /// Returns the exit code.
    int run(const std::string& scenario, const std::vector<std::string>& more)
    {
        std::vector<std::string> command{RILL_BENCH,
                                         scenario,
                                         "http://127.0.0.1:" + std::to_string(port),
                                         "--settle",
                                         "100ms",
                                         "--server-pid",
                                         std::to_string(server->pid()),
                                         "--json",
                                         path + "/json"};
        command.insert(command.end(), more.begin(), more.end());
        const auto client = bench::child_program::start({std::move(command), {}, path + "/log"});
        BOOST_REQUIRE_MESSAGE(client.has_value(), client.error());
        while (!(*client)->exit_code()) {
            bench::sleep_ns(10'000'000);
        }
        log = bench::read_file(path + "/log");
        BOOST_TEST_MESSAGE(log);
        boost::json::error_code error;
        const auto value = boost::json::parse(bench::read_file(path + "/json"), error);
        figures = value.is_object() ? value.get_object() : boost::json::object();
        return *(*client)->exit_code();
    }

    std::string path =
        (std::filesystem::temp_directory_path() / ("rill-fanout-" + std::to_string(::getpid()))).string();
    std::uint16_t port = rill_test::free_port();
    std::unique_ptr<bench::child_program> server;
    boost::json::object figures;
    std::string log;
};

void check_no_fault(const boost::json::object& figures)
{
    for (const auto* key : {"failed", "lost", "repeated", "out_of_order", "misdirected"}) {
        BOOST_TEST(figures.at(key) == 0, key);
    }
    BOOST_TEST(figures.at("ok") == true);
}

} // namespace

BOOST_FIXTURE_TEST_CASE(streams_over_many_topics, fixture)
{
    BOOST_TEST(run("fanout", {"--streams", "70", "--topics", "7", "--rate", "20", "--for", "500ms"}) == 0);
    check_no_fault(figures);
    BOOST_TEST(figures.at("live") == 70);
    BOOST_TEST(figures.at("streams_with_events") == 70);
    BOOST_TEST(figures.at("events").to_number<int>() > 70);
    BOOST_TEST(figures.at("period_ms") == 50);
    BOOST_TEST(figures.at("due_events_per_s") == 1400);
    BOOST_TEST(figures.at("p99_ms").is_number());
    BOOST_TEST(log.find("topics    7, each with 20 events per second for 10 streams") != log.npos);
}

BOOST_FIXTURE_TEST_CASE(stalled_streams_are_ended_and_counted, fixture)
{
    // Each stream gets 1.3 MB per second. The write timeout or a full backlog ends a stream that is not read.
    int result = 1;
    for (int seconds = 2; seconds <= 32 && figures["evicted"] != 1; seconds *= 2) {
        result = run("fanout", {"--streams", "10", "--rate", "20", "--bytes", "65000", "--stalled", "10%", "--for",
                                std::to_string(seconds) + "s"});
    }
    BOOST_TEST(result == 0);
    check_no_fault(figures);
    BOOST_TEST(figures.at("stalled") == 1);
    BOOST_TEST(figures.at("evicted") == 1);
    const auto reasons = boost::json::serialize(figures.at("ended_by_reason"));
    BOOST_TEST((reasons == R"({"timed_out":1})" || reasons == R"({"evicted_slow":1})"), reasons);
    BOOST_TEST(figures.at("p99_ratio").is_number());
    BOOST_TEST(figures.at("baseline").as_object().at("events").to_number<int>() > 100);
}

BOOST_FIXTURE_TEST_CASE(a_sweep_continues_to_its_last_step, fixture)
{
    BOOST_TEST(run("sweep", {"--streams", "20", "--topics", "2", "--from", "10", "--factor", "2", "--steps", "2",
                             "--for", "300ms", "--max-p99", "30s"}) == 0);
    BOOST_TEST(figures.at("highest_held") == 20);
    BOOST_TEST(figures.at("broken").is_null());
    const auto& curve = figures.at("curve").as_array();
    BOOST_REQUIRE(curve.size() == 2U);
    BOOST_TEST(curve[1].as_object().at("due_events_per_s") == 400);
    BOOST_TEST(curve[1].as_object().at("server_cpu_s").to_number<double>() > 0);
    BOOST_TEST(log.find("held      20 events per second in each of 2 topics; --max or --steps is reached") != log.npos);
}

BOOST_FIXTURE_TEST_CASE(an_objective_that_no_rate_meets, fixture)
{
    BOOST_TEST(run("sweep", {"--streams", "5", "--from", "10", "--for", "300ms", "--max-p99", "1us", "--tries", "1"}) ==
               1);
    BOOST_TEST(figures.at("highest_held") == 0);
    BOOST_TEST(figures.at("broken") == 10);
    BOOST_TEST(run("fanout", {"--streams", "5", "--rate", "10", "--for", "300ms", "--max-p99", "1us"}) == 1);
}

BOOST_FIXTURE_TEST_CASE(invalid_arguments_are_refused, fixture)
{
    BOOST_TEST(run("fanout", {"--topics", "0"}) == 2);
    BOOST_TEST(run("fanout", {"--rate", "0"}) == 2);
    BOOST_TEST(run("fanout", {"--period", "1s"}) == 2); // the rate already sets the period
    BOOST_TEST(run("sweep", {"--factor", "1"}) == 2);
    BOOST_TEST(run("fanout", {"--stats", "x"}) == 2);
    BOOST_TEST(run("fanout", {"--streams", "5", "--stalled", "1%"}) == 3);
    BOOST_TEST(log.find("is less than one stream") != log.npos);
}

BOOST_AUTO_TEST_SUITE_END()
