#include <algorithm>
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <harness/machine/child_program.hpp>
#include <harness/machine/process_stats.hpp>
#include <harness/servers/server_start.hpp>
#include <harness/support/clock.hpp>
#include <harness/support/files.hpp>
#include <unistd.h>

#include "support/is_running.hpp"
#include "support/test_ports.hpp"

// Runs rill-bench million as a user does, with a few thousand streams.

using bench::child_program;

BOOST_AUTO_TEST_SUITE(million_test)

namespace {

constexpr std::int64_t patience = 60'000'000'000; // in ns, for every wait

constexpr const char* manifest = R"([
  {"name": "rill", "title": "rill", "command": [")" RILL_STREAM_SERVER
                                 R"(", "--port", "{port}"],
   "heartbeat": ["--heartbeat", "{heartbeat}"], "endpoints": ["/ticks", "/broadcast"]},
  {"name": "lonely", "title": "Lonely", "command": [")" RILL_BEAST
                                 R"(", "--port", "{port}"], "endpoints": ["/ticks"]},
  {"name": "broadcaster", "title": "B", "command": ["/bin/true"], "endpoints": ["/broadcast"]},
  {"name": "floor", "title": "Floor", "command": [")" RILL_FLOOR R"(", "--port", "{port}"], "endpoints": ["/ticks"]}])";

struct fixture
{
    fixture()
    {
        std::filesystem::create_directory(path);
        std::ofstream(path + "/peers.json") << manifest;
    }
    ~fixture() { std::filesystem::remove_all(path); }

    std::unique_ptr<child_program> start(std::vector<std::string> command) const
    {
        for (const auto& word :
             {std::string("--root"), std::string(RILL_ROOT), std::string("--manifest"), path + "/peers.json",
              std::string("--port"), std::to_string(port), std::string("--json"), path + "/json"})
        {
            command.push_back(word);
        }
        auto started = child_program::start({std::move(command), {}, path + "/log"});
        BOOST_REQUIRE_MESSAGE(started.has_value(), started.error());
        return std::move(*started);
    }

    int end_of(child_program& program)
    {
        while (!program.exit_code()) {
            bench::sleep_ns(10'000'000);
        }
        log = bench::read_file(path + "/log");
        BOOST_TEST_MESSAGE(log);
        return *program.exit_code();
    }

    int million(const std::vector<std::string>& arguments)
    {
        std::vector<std::string> command{RILL_BENCH, "million"};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return end_of(*start(std::move(command)));
    }

    boost::json::object figures() const { return boost::json::parse(bench::read_file(path + "/json")).as_object(); }

    std::string path =
        (std::filesystem::temp_directory_path() / ("rill-million-" + std::to_string(::getpid()))).string();
    std::uint16_t port = rill_test::free_port();
    std::string log;
};

const std::vector<std::string> small{"--streams", "2000", "--servers", "3", "--ms", "1000", "--settle", "500ms"};

std::vector<std::string> with(std::vector<std::string> options, const std::vector<std::string>& more)
{
    options.insert(options.end(), more.begin(), more.end());
    return options;
}

void check_small_run(const boost::json::object& figures)
{
    BOOST_TEST(figures.at("command") == "million");
    BOOST_TEST(figures.at("live") == 2000);
    for (const auto* key : {"failed", "lost", "repeated", "out_of_order"}) {
        BOOST_TEST(figures.at(key) == 0, key);
    }
    BOOST_TEST(figures.at("streams_with_events") == 2000);
    BOOST_TEST(figures.at("events").to_number<int>() > 2000);
    BOOST_TEST(figures.at("server_processes") == 3);
    BOOST_TEST(figures.at("client_processes") == 1);
    BOOST_TEST(figures.at("source_addresses") == 1);
    // The proportional set size decreases when other tests map the same libraries.
    BOOST_TEST(figures.at("pss_bytes_per_stream").is_number());
    BOOST_TEST(figures.at("rss_bytes_per_stream").to_number<double>() > 0);
    BOOST_TEST(figures.at("slab_bytes_per_stream").is_number());
    BOOST_TEST(figures.at("server_cpu_s").to_number<double>() > 0);
    // The hash of the kernel gives each server a part of the streams.
    BOOST_TEST(figures.at("max_open_files_of_a_server").to_number<int>() > 2000 / 3);
    BOOST_TEST(figures.at("max_open_files_of_a_server").to_number<int>() < 1500);
    BOOST_TEST(figures.at("machine").is_object());
    BOOST_TEST(figures.at("highest_held") == 2000);
    BOOST_TEST(figures.at("limited_by_cpu") == false);
    for (const auto* phase : {"ramp_cpu", "hold_cpu"}) {
        const auto& share = figures.at(phase).as_object();
        BOOST_TEST(share.at("servers").to_number<double>() > 0);
        BOOST_TEST(share.at("clients").to_number<double>() > 0);
        BOOST_TEST(share.at("machine").to_number<double>() <= 1.01);
    }
}

bool are_gone(const std::vector<pid_t>& pids)
{
    const auto deadline = bench::now_ns() + patience;
    while (std::any_of(pids.begin(), pids.end(), &rill_test::is_running)) {
        if (bench::now_ns() > deadline) {
            return false;
        }
        bench::sleep_ns(5'000'000);
    }
    return true;
}

/// Waits until rill-bench has three servers and one client, and returns their processes.
std::vector<pid_t> wait_for_children(const child_program& million, const std::string& log)
{
    std::vector<pid_t> all;
    const auto deadline = bench::now_ns() + patience;
    const auto are_there = [&] { // after all servers listen: before, they are shells with their own children
        return all.size() == 5 && bench::read_file(log).find("rill-bench million http") != std::string::npos;
    };
    while (!are_there() && bench::now_ns() < deadline) {
        bench::sleep_ns(5'000'000);
        all = bench::process_tree(million.pid());
    }
    BOOST_REQUIRE_EQUAL(all.size(), 5U);
    all.erase(all.begin());
    return all;
}

} // namespace

BOOST_FIXTURE_TEST_CASE(streams_are_held_by_several_servers_on_one_port, fixture)
{
    BOOST_TEST(million(with(small, {"--for", "2500ms"})) == 0);
    check_small_run(figures());
    BOOST_TEST(log.find("2,000 streams in 3 processes of rill, from 1 client on 1 address") != log.npos);
    BOOST_TEST(log.find("result    good") != log.npos);
    BOOST_TEST(log.find("heartbeat 30s after the last write") != log.npos);
    BOOST_TEST(figures().at("heartbeat_ms") == 30'000);
    BOOST_TEST(!bench::is_port_taken(port)); // no process remains
}

BOOST_FIXTURE_TEST_CASE(streams_of_another_server_are_held, fixture)
{
    BOOST_TEST(million(with(small, {"--for", "2500ms", "--server", "floor", "--ramp", "0"})) == 0);
    check_small_run(figures());
    BOOST_TEST(figures().at("server") == "floor");
    BOOST_TEST(figures().at("heartbeat_ms").is_null()); // this server has no option for it
}

// Nearly any use of the CPU counts as its limit. The ramp can open only a part of the streams in its maximum time.
BOOST_FIXTURE_TEST_CASE(a_ramp_that_the_cpu_limits_ends_and_the_open_streams_are_measured, fixture)
{
    BOOST_TEST(million(with(small, {"--ramp", "300", "--max-ramp", "1s", "--cpu-limit", "0.01%", "--for", "2500ms",
                                    "--max-p99", "30s"})) == 4);
    const auto result = figures();
    const auto live = result.at("live").to_number<int>();
    BOOST_TEST(live > 0);
    BOOST_TEST(live < 2000);
    BOOST_TEST(result.at("highest_held") == live);
    BOOST_TEST(result.at("limited_by_cpu") == true);
    BOOST_TEST(result.at("failed") == 0); // streams that were not opened are no failures
    BOOST_TEST(result.at("lost") == 0);
    BOOST_TEST(result.at("steps").as_array().size() == 2U); // a probe and a measurement
    BOOST_TEST(log.find("the ramp ends early, because it took longer than 1s; ") != log.npos);
    BOOST_TEST(log.find("result    LIMITED BY THE CPU") != log.npos);
}

// No event can have the maximum lateness of this test. Therefore no number of streams holds.
BOOST_FIXTURE_TEST_CASE(streams_are_closed_while_the_cpu_cannot_hold_them, fixture)
{
    BOOST_TEST(million({"--streams", "1000", "--servers", "2", "--ms", "500", "--settle", "50ms", "--for", "600ms",
                        "--cpu-limit", "0.01%", "--max-p99", "1ns"}) == 4);
    const auto result = figures();
    BOOST_TEST(result.at("highest_held") == 0);
    const auto& steps = result.at("steps").as_array();
    BOOST_TEST(steps.size() == 10U);
    BOOST_TEST(steps.at(0).at("streams") == 1000);
    BOOST_TEST(steps.at(1).at("streams") == 850);
    BOOST_TEST(steps.at(9).at("streams").to_number<int>() < 300);
    BOOST_TEST(result.at("failed") == 0); // closed streams are no failures
    BOOST_TEST(log.find("closing 15 % of them") != log.npos);
}

// With a limit of 100 %, the CPU is never the reason.
BOOST_FIXTURE_TEST_CASE(a_ramp_that_is_too_slow_is_a_fault, fixture)
{
    BOOST_TEST(million(with(small, {"--ramp", "100", "--max-ramp", "1s", "--cpu-limit", "100%", "--for", "600ms"})) ==
               1);
    BOOST_TEST(log.find("FAULTY: the ramp ended early, because it took longer than 1s") != log.npos);
}

BOOST_FIXTURE_TEST_CASE(streams_of_a_broadcast_are_held_by_servers_on_one_core, fixture)
{
    BOOST_TEST(million(with(small, {"--for", "2500ms", "--broadcast", "--server-core", "0"})) == 0);
    check_small_run(figures());
    BOOST_TEST(log.find("/broadcast?ms=1000") != log.npos);
    BOOST_TEST(million(with(small, {"--broadcast", "--server", "floor"})) == 2);
    BOOST_TEST(log.find("has no /broadcast") != log.npos);
}

BOOST_FIXTURE_TEST_CASE(a_server_that_does_not_share_its_port_is_reported, fixture)
{
    BOOST_TEST(million(with(small, {"--server", "lonely"})) == 3);
    BOOST_TEST(log.find("several processes must be able to share a port") != log.npos);
}

BOOST_FIXTURE_TEST_CASE(invalid_arguments_are_refused, fixture)
{
    BOOST_TEST(million({"--server", "nobody"}) == 2);
    BOOST_TEST(log.find("no server 'nobody'; there are: rill lonely broadcaster floor") != log.npos);
    BOOST_TEST(million({"--server", "broadcaster"}) == 2);
    BOOST_TEST(log.find("has no /ticks") != log.npos);
    BOOST_TEST(million({"--streams", "0"}) == 2);
}

BOOST_FIXTURE_TEST_CASE(a_low_limit_is_reported_before_the_first_process_starts, fixture)
{
    const auto limited =
        start({"/bin/sh", "-c", "ulimit -n 150; exec \"$0\" \"$@\"", RILL_BENCH, "million", "--streams", "100000"});
    BOOST_TEST(end_of(*limited) == 3);
    BOOST_TEST(log.find("the limits of this machine are too low for 100,000 streams") != log.npos);
    BOOST_TEST(log.find("open files of a process (ulimit -n): with 150 each") != log.npos);
    BOOST_TEST(log.find("to raise it: ulimit -n 1195") != log.npos);
    BOOST_TEST(!std::filesystem::exists(path + "/json"));
}

BOOST_FIXTURE_TEST_CASE(an_interrupt_ends_all_child_processes_and_prints_a_report, fixture)
{
    const auto running = start(with({RILL_BENCH, "million"}, with(small, {"--for", "1h"})));
    const auto children = wait_for_children(*running, path + "/log");
    ::kill(running->pid(), SIGINT);
    BOOST_TEST(end_of(*running) == 130);
    BOOST_TEST(are_gone(children));
    BOOST_TEST(figures().at("interrupted") == true);
}

BOOST_FIXTURE_TEST_CASE(child_processes_end_when_the_harness_is_killed, fixture)
{
    const auto running = start(with({RILL_BENCH, "million"}, with(small, {"--for", "1h"})));
    const auto children = wait_for_children(*running, path + "/log");
    ::kill(running->pid(), SIGKILL); // without any cleanup
    BOOST_TEST(are_gone(children));
    BOOST_TEST(!bench::is_port_taken(port));
}

BOOST_AUTO_TEST_SUITE_END()
