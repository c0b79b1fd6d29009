#include <algorithm>
#include <boost/json.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <harness/machine/child_program.hpp>
#include <harness/machine/process_stats.hpp>
#include <harness/servers/server_start.hpp>
#include <harness/support/clock.hpp>
#include <harness/support/files.hpp>
#include <unistd.h>

#include "support/is_running.hpp"
#include "support/test_ports.hpp"

// Tests that rill-bench detects defects. It holds nine streams of a server, and three of them have a defect. The output
// must name exactly this defect. tests/harness tests the parts that need no server.

using bench::child_program;

BOOST_AUTO_TEST_SUITE(faults_test)

namespace {

constexpr double patience = 60; // seconds; far more than needed

struct fixture
{
    fixture() { std::filesystem::create_directory(path); }
    ~fixture() { std::filesystem::remove_all(path); }

    void serve(const std::string& mode, unsigned every = 3)
    {
        // The first request checks that the server is running. Three of the nine requests after it are a multiple of
        // three.
        auto started = bench::start_server(
            {{FAULTY_SERVER, std::to_string(port), mode, std::to_string(every)}, {}, path + "/server.log"}, port, "/",
            patience);
        BOOST_REQUIRE_MESSAGE(started.has_value(), started.error());
        server = std::move(*started);
    }

    std::unique_ptr<child_program> start(const std::string& scenario, const std::string& target,
                                         const std::vector<std::string>& more)
    {
        bench::program_start how{{RILL_BENCH, scenario, "http://127.0.0.1:" + std::to_string(port) + target,
                                  "--streams", "9", "--settle", "100ms", "--json", path + "/json"},
                                 {},
                                 path + "/log"};
        how.command.insert(how.command.end(), more.begin(), more.end());
        auto started = child_program::start(how);
        BOOST_REQUIRE_MESSAGE(started.has_value(), started.error());
        return std::move(*started);
    }

    std::unique_ptr<child_program> start_hold(const std::vector<std::string>& more)
    {
        return start("hold", "/ticks?ms=100", more);
    }
    int hold(const std::vector<std::string>& more) { return end_of(start_hold(more)); }

    /// Runs the scenario against topics. Each stream is a topic with its own ids and an event every 100 ms.
    int topics(const std::string& scenario, std::vector<std::string> more)
    {
        more.insert(more.end(), {"--topics", "3", "--stats", "/count"});
        return end_of(start(scenario, "/topics/{topic}", more));
    }

    /// Waits for the end of the program and returns its exit code.
    int end_of(const std::unique_ptr<child_program>& client)
    {
        while (!client->exit_code()) {
            bench::sleep_ns(10'000'000);
        }
        BOOST_TEST_MESSAGE(bench::read_file(path + "/log"));
        figures = {};
        boost::json::error_code error;
        if (auto value = boost::json::parse(bench::read_file(path + "/json"), error); !error && value.is_object()) {
            figures = value.get_object();
        }
        return *client->exit_code();
    }

    double number(const std::string& key) const
    {
        const auto* value = figures.if_contains(key);
        BOOST_REQUIRE_MESSAGE(value != nullptr && value->is_number(), "no number '" + key + "'");
        return value->to_number<double>();
    }

    /// Returns the failed streams by reason, as JSON.
    std::string failures() const { return boost::json::serialize(figures.at("failures")); }

    std::string path =
        (std::filesystem::temp_directory_path() / ("rill-faults-" + std::to_string(::getpid()))).string();
    std::uint16_t port = rill_test::free_port();
    std::unique_ptr<child_program> server;
    boost::json::object figures;
};

struct expectation
{
    const char* mode;
    double live;          ///< live streams, of nine
    const char* failures; ///< failed streams by reason
    double lost, repeated, out_of_order;
};

std::ostream& operator<<(std::ostream& out, const expectation& e)
{
    return out << e.mode;
}

const std::vector<expectation> expectations{
    {"drop", 9, "{}", 3, 0, 0},
    {"repeat", 9, "{}", 0, 3, 0},
    {"reorder", 9, "{}", 0, 0, 3},
    {"close", 6, R"({"ended":3})", 0, 0, 0},
    {"reset", 6, R"({"reset":3})", 0, 0, 0},
    {"500", 6, R"({"status_500":3})", 0, 0, 0},
    {"mute", 6, R"({"no_response":3})", 0, 0, 0},
    {"garbage", 6, R"({"not_http":3})", 0, 0, 0},
    {"html", 6, R"({"not_event_stream":3})", 0, 0, 0},
    {"cut_head", 6, R"({"closed_early":3})", 0, 0, 0},
    {"broken_chunk", 6, R"({"not_http":3})", 0, 0, 0},
};

/// Waits until all processes have ended, but at most `patience` seconds.
bool are_gone(const std::vector<pid_t>& pids)
{
    const auto deadline = bench::now_ns() + static_cast<std::int64_t>(patience * 1e9);
    while (std::any_of(pids.begin(), pids.end(), &rill_test::is_running)) {
        if (bench::now_ns() > deadline) {
            return false;
        }
        bench::sleep_ns(5'000'000);
    }
    return true;
}

/// Waits until the three processes of the client hold the streams, and returns their PIDs.
std::vector<pid_t> wait_for_children(const child_program& client)
{
    std::vector<pid_t> all;
    const auto deadline = bench::now_ns() + static_cast<std::int64_t>(patience * 1e9);
    while (all.size() < 4 && bench::now_ns() < deadline) {
        bench::sleep_ns(5'000'000);
        all = bench::process_tree(client.pid());
    }
    BOOST_REQUIRE_EQUAL(all.size(), 4U);
    all.erase(all.begin());
    return all;
}

} // namespace

BOOST_DATA_TEST_CASE_F(fixture, a_defect_of_three_of_nine_streams_is_reported,
                       boost::unit_test::data::make(expectations), expected)
{
    serve(expected.mode);
    // Only a stream without a response waits for the timeout. It is long enough for a busy machine.
    const auto* timeout = expected.mode == std::string_view("mute") ? "6s" : "30s";
    BOOST_TEST(hold({"--for", "1500ms", "--timeout", timeout}) == 1);
    BOOST_TEST(number("live") == expected.live);
    BOOST_TEST(number("failed") == 9 - expected.live);
    BOOST_TEST(failures() == expected.failures);
    BOOST_TEST(number("lost") == expected.lost);
    BOOST_TEST(number("repeated") == expected.repeated);
    BOOST_TEST(number("out_of_order") == expected.out_of_order);
    BOOST_TEST(number("events") > 0);
    BOOST_TEST(figures.at("ok") == false);
    BOOST_TEST(!figures.at("faults").get_string().empty());
}

BOOST_DATA_TEST_CASE_F(fixture, a_good_server_has_no_faults, (boost::unit_test::data::make({"good", "no_ids"})), mode)
{
    serve(mode, 1);
    BOOST_TEST(hold({"--for", "1500ms"}) == 0);
    BOOST_TEST(number("live") == 9);
    for (const auto* key : {"failed", "lost", "repeated", "out_of_order", "lost_ids", "missed_ticks", "extra"}) {
        BOOST_TEST(number(key) == 0, key << " is " << number(key));
    }
    BOOST_TEST(failures() == "{}");
    BOOST_TEST(number("streams_with_events") == 9);
    BOOST_TEST(number("events") > 9);
    BOOST_TEST(figures.at("ok") == true);
}

BOOST_FIXTURE_TEST_CASE(a_stall_counts_as_lateness_even_with_fresh_timestamps, fixture)
{
    serve("delay");
    BOOST_TEST(hold({"--for", "6s", "--max-p99", "1s"}) == 1);
    BOOST_TEST(number("max_ms") > 2500); // the server stalled for 3 s
    BOOST_TEST(number("p99_ms") > 1000);
    BOOST_TEST(number("delivery_p99_ms") < 1000);
    BOOST_TEST(number("lost") == 0); // the server sent the delayed events later
    BOOST_TEST(number("live") == 9);
}

BOOST_FIXTURE_TEST_CASE(lost_events_without_ids_are_detected_by_the_schedule, fixture)
{
    serve("drop_unseen");
    BOOST_TEST(hold({"--for", "3s"}) == 1);
    BOOST_TEST(number("lost") >= 3);
    BOOST_TEST(number("missed_ticks") == number("lost"));
    BOOST_TEST(number("lost_ids") == 0);
    BOOST_TEST(number("repeated") == 0);
    BOOST_TEST(number("live") == 9);
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_stops_sending_counts_lost_events, fixture)
{
    serve("dry_up");
    BOOST_TEST(hold({"--for", "3s"}) == 1);
    BOOST_TEST(number("lost") >= 3);
    BOOST_TEST(number("live") == 9); // no stream was closed
    BOOST_TEST(number("failed") == 0);
}

BOOST_FIXTURE_TEST_CASE(a_server_that_does_not_listen_is_an_error, fixture)
{
    BOOST_TEST(hold({"--for", "1s"}) == 1);
    BOOST_TEST(failures() == R"({"refused":9})");
    BOOST_TEST(number("live") == 0);
}

BOOST_FIXTURE_TEST_CASE(an_interrupt_ends_all_processes_with_a_report, fixture)
{
    serve("good");
    const auto client = start_hold({"--for", "1h", "--procs", "3"});
    const auto children = wait_for_children(*client);
    ::kill(client->pid(), SIGINT);
    while (!client->exit_code()) {
        bench::sleep_ns(5'000'000);
    }
    BOOST_TEST(client->exit_code().value() == 130);
    BOOST_TEST(are_gone(children));
    const auto written = boost::json::parse(bench::read_file(path + "/json")).as_object();
    BOOST_TEST(written.at("interrupted") == true);
}

BOOST_FIXTURE_TEST_CASE(sigkill_ends_all_processes_of_the_client, fixture)
{
    serve("good");
    const auto client = start_hold({"--for", "1h", "--procs", "3"});
    const auto children = wait_for_children(*client);
    ::kill(client->pid(), SIGKILL); // without any cleanup
    BOOST_TEST(are_gone(children));
    BOOST_TEST(client->exit_code().value_or(128 + SIGKILL) == 128 + SIGKILL);
}

BOOST_FIXTURE_TEST_CASE(a_defect_of_three_of_nine_topic_streams_is_reported, fixture)
{
    serve("drop");
    BOOST_TEST(topics("fanout", {"--id-step", "1", "--rate", "10", "--for", "1s"}) == 1);
    BOOST_TEST(number("lost") == 3);
    BOOST_TEST(number("misdirected") == 0);
    BOOST_TEST(number("live") == 9);
}

BOOST_FIXTURE_TEST_CASE(an_event_of_another_topic_is_reported, fixture)
{
    serve("stray");
    BOOST_TEST(topics("fanout", {"--id-step", "2", "--rate", "10", "--for", "1s"}) == 1);
    BOOST_TEST(number("misdirected") == 3);
    BOOST_TEST(number("lost") == 0);
    BOOST_TEST(number("repeated") == 0);
    BOOST_TEST(figures.at("faults") == "3 events of another topic");
}

BOOST_FIXTURE_TEST_CASE(a_sweep_ends_at_the_highest_rate_of_the_server, fixture)
{
    serve("good");
    // A stall directly before the end of a measurement loses one event. The scenario then tries again.
    BOOST_TEST(topics("sweep", {"--id-step", "1", "--from", "10", "--factor", "2", "--for", "600ms", "--tries", "3",
                                "--max-p99", "30s"}) == 0);
    BOOST_TEST(number("highest_held") == 10);
    BOOST_TEST(number("broken") == 20);
    BOOST_TEST(figures.at("broken_by").get_string().starts_with("of 180 events per second "));
}

BOOST_FIXTURE_TEST_CASE(a_sweep_without_a_passing_rate_fails, fixture)
{
    serve("drop");
    BOOST_TEST(topics("sweep", {"--id-step", "1", "--from", "10", "--for", "1s", "--tries", "1"}) == 1);
    BOOST_TEST(number("highest_held") == 0);
    BOOST_TEST(figures.at("faults") == "no rate held: 3 events lost");
}

BOOST_FIXTURE_TEST_CASE(ended_streams_that_the_server_does_not_count_are_reported, fixture)
{
    serve("close");
    BOOST_TEST(topics("fanout", {"--id-step", "1", "--rate", "10", "--for", "600ms", "--stalled", "12%"}) == 1);
    const std::string faults(figures.at("faults").get_string());
    BOOST_TEST(faults.find("the server counted 0 ended streams, the clients saw 3") != faults.npos);
    BOOST_TEST(number("stalled") == 1);
}

BOOST_AUTO_TEST_SUITE_END()
