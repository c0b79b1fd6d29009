#include <boost/test/unit_test.hpp>
#include <harness/scenarios/load_options.hpp>
#include <unistd.h>

using bench::load_options;
using bench::make_plan;
using namespace std::chrono_literals;

namespace load_options_test {

namespace {

struct fixture
{
    load_options options;
    fixture() { options.url = "http://127.0.0.1:8080/ticks?ms=1000"; }

    std::string error(std::uint64_t open_files = 20'000) const
    {
        const auto plan = make_plan(options, open_files);
        return plan ? "" : plan.error();
    }
    unsigned processes(std::uint32_t streams, std::uint64_t open_files = 20'000)
    {
        options.streams = streams;
        return make_plan(options, open_files).value().processes;
    }
    std::string parse(std::vector<std::string> words)
    {
        bench::command_line line("", "test");
        load_options parsed;
        parsed.add_to(line);
        if (auto wrong = line.parse(std::move(words)); !wrong.empty()) {
            return wrong;
        }
        options = parsed;
        return "";
    }
};

} // namespace

} // namespace load_options_test

BOOST_FIXTURE_TEST_SUITE(load_options_test, load_options_test::fixture)

BOOST_AUTO_TEST_CASE(the_command_line_sets_the_options)
{
    BOOST_TEST(parse({"http://127.0.0.1:1/",
                      "--streams",
                      "5",
                      "--ramp",
                      "100",
                      "--procs",
                      "2",
                      "--server-pid",
                      "1",
                      "--server-pid",
                      "2",
                      "--period",
                      "250ms",
                      "--timeout",
                      "3s",
                      "--settle",
                      "0",
                      "--header",
                      "A: b",
                      "--header",
                      "C: d",
                      "--ids",
                      "ordered",
                      "--json",
                      "-"}) == "");
    BOOST_TEST(options.url == "http://127.0.0.1:1/");
    BOOST_TEST(options.streams == 5U);
    BOOST_TEST(options.ramp == 100);
    BOOST_TEST(options.server_pids.size() == 2U);
    BOOST_TEST((options.period == 250ms));
    BOOST_TEST((options.response_timeout == 3s));
    BOOST_TEST((options.settle == 0s));
    BOOST_TEST(options.headers.size() == 2U);
    BOOST_TEST(options.json == "-");
    // The option does not take the URL as its value.
    BOOST_TEST(parse({"--server-pid", "1", "http://127.0.0.1:1/"}) == "");
}

BOOST_AUTO_TEST_CASE(bad_values_are_refused_by_the_command_line)
{
    const std::string url = "http://127.0.0.1:1/";
    BOOST_TEST(parse({}) != "");
    BOOST_TEST(parse({url, "--streams", "0"}) != "");
    BOOST_TEST(parse({url, "--streams", "many"}) != "");
    BOOST_TEST(parse({url, "--ramp", "-1"}) != "");
    BOOST_TEST(parse({url, "--period", "5"}).find("not a duration") != std::string::npos);
    BOOST_TEST(parse({url, "--ids", "some"}) != "");
    BOOST_TEST(parse({url, "--what"}) != "");
}

BOOST_AUTO_TEST_CASE(the_period_comes_from_the_url_or_an_option)
{
    BOOST_TEST((make_plan(options, 20'000)->period == 1s));
    options.period = 2s;
    BOOST_TEST((make_plan(options, 20'000)->period == 2s));
    options.no_schedule = true;
    BOOST_TEST((make_plan(options, 20'000)->period == 0s));
    options.no_schedule = false;
    options.period = 10us;
    BOOST_TEST(error().find("--period") == 0U);
}

BOOST_AUTO_TEST_CASE(the_limit_of_open_files_sets_the_number_of_processes)
{
    BOOST_TEST(processes(1) == 1U);
    BOOST_TEST(processes(19'000) == 1U);
    BOOST_TEST(processes(19'001) == 2U);
    BOOST_TEST(processes(1'000'000) == 53U);
    BOOST_TEST(processes(1'000, 1'024) == 2U);
    BOOST_TEST(processes(1'000'000, 1'048'576) == 53U);
}

BOOST_AUTO_TEST_CASE(the_number_of_processes_can_be_set)
{
    options.processes = "4";
    BOOST_TEST(processes(1000) == 4U);
    for (const auto* bad : {"0", "-1", "x", "4x", "", "1025", "99999999999"}) {
        options.processes = bad;
        BOOST_TEST(error().find("--procs") == 0U, bad);
    }
    options.processes = "1";
    options.streams = 30'000;
    BOOST_TEST(error().find("take 2 to") != std::string::npos);
    options.processes = "8";
    options.streams = 7;
    BOOST_TEST(error().find("--procs") == 0U);
}

BOOST_AUTO_TEST_CASE(header_lines_are_checked)
{
    options.headers = {"X-One: a", "X-Two:"};
    BOOST_TEST(error() == "");
    for (const auto* bad : {"no colon", ": x", "X: a\r\nY: b", "X y: z", ""}) {
        options.headers = {bad};
        BOOST_TEST(error().find("--header") == 0U, bad);
    }
}

BOOST_AUTO_TEST_CASE(server_processes_must_exist)
{
    options.server_pids = {::getpid()};
    BOOST_TEST(error() == "");
    options.server_pids = {1 << 30};
    BOOST_TEST(error().find("--server-pid") == 0U);
}

BOOST_AUTO_TEST_CASE(bad_targets_are_refused)
{
    options.url = "http://192.0.2.1/";
    BOOST_TEST(error() != "");
    options.allow_remote = true;
    BOOST_TEST(error() == "");
}

BOOST_AUTO_TEST_CASE(frozen_streams_are_spread_evenly)
{
    const bench::load_plan plan{.stalled_share = 0.1};
    int stalled = 0;
    for (std::uint32_t i = 0; i < 1000; ++i) {
        stalled += plan.is_stalled(i) ? 1 : 0;
        BOOST_TEST(stalled <= static_cast<int>(i / 10 + 1));
    }
    BOOST_TEST(stalled == 100);
    BOOST_TEST(!bench::load_plan{}.is_stalled(5));
}

BOOST_AUTO_TEST_CASE(streams_are_divided_among_the_processes)
{
    for (const unsigned processes : {1U, 3U, 53U}) {
        std::uint32_t sum = 0;
        for (unsigned i = 0; i < processes; ++i) {
            sum += bench::share_of(1'000'000, processes, i);
        }
        BOOST_TEST(sum == 1'000'000U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
