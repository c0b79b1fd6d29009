#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <harness/scenarios/million_plan.hpp>
#include <random>

using bench::machine_limits;
using bench::million_request;

BOOST_AUTO_TEST_SUITE(million_plan_test)

namespace {

/// A machine whose limits are just high enough for a million streams.
machine_limits roomy()
{
    return {.open_files = 20'000,
            .nr_open = 1'048'576,
            .file_max = 2'400'000,
            .files_in_use = 1000,
            .epoll_watches = 5'000'000,
            .memory = 20ULL << 30,
            .tcp = {287'901, 383'868, 575'802},
            .first_port = 32'768,
            .last_port = 60'999,
            .backlog = 4096};
}

/// The only limit that is too low for a million streams, and how to raise it.
std::string only_obstacle(const machine_limits& limits, const million_request& request = {})
{
    const auto plan = bench::plan_million(request, limits);
    BOOST_REQUIRE(!plan.has_value());
    BOOST_REQUIRE_EQUAL(plan.error().size(), 1U);
    return plan.error()[0].what + " | " + plan.error()[0].fix;
}

bool names(const std::string& text, std::initializer_list<const char*> parts)
{
    return std::all_of(parts.begin(), parts.end(), [&](const char* part) { return text.find(part) != text.npos; });
}

} // namespace

BOOST_AUTO_TEST_CASE(a_million_streams_take_53_processes_on_each_side)
{
    const auto plan = bench::plan_million({}, roomy()).value();
    BOOST_TEST(plan.servers == 53U);
    BOOST_TEST(plan.clients == 53U);
    BOOST_TEST(plan.addresses == 106U);
    BOOST_TEST(bench::max_streams_per_server(1'000'000, plan.servers) <= 19'900U);
    BOOST_TEST(bench::max_streams_per_server(1'000'000, plan.servers - 1) > 19'900U); // one server less is not enough
}

BOOST_AUTO_TEST_CASE(few_streams_take_one_process_on_each_side)
{
    const auto plan = bench::plan_million({.streams = 1}, roomy()).value();
    BOOST_TEST(plan.servers == 1U);
    BOOST_TEST(plan.clients == 1U);
    BOOST_TEST(plan.addresses == 1U);
    BOOST_TEST(bench::plan_million({.streams = 19'900}, roomy())->servers == 1U);
    BOOST_TEST(bench::plan_million({.streams = 19'901}, roomy())->servers == 2U);
    BOOST_TEST(bench::plan_million({.streams = 19'001}, roomy())->clients == 2U);
    BOOST_TEST(bench::plan_million({.streams = 2000, .servers = 3}, roomy())->servers == 3U);
}

BOOST_AUTO_TEST_CASE(servers_have_room_for_an_uneven_spread)
{
    // The kernel assigns each stream to one of the 53 servers. The choice is practically random.
    std::mt19937 random(1); // the same in every run
    std::uniform_int_distribution<std::size_t> choose(0, 52);
    for (int run = 0; run < 3; ++run) {
        std::vector<std::uint64_t> servers(53);
        for (int i = 0; i < 1'000'000; ++i) {
            ++servers[choose(random)];
        }
        BOOST_TEST(*std::max_element(servers.begin(), servers.end()) < bench::max_streams_per_server(1'000'000, 53));
    }
    BOOST_TEST(bench::max_streams_per_server(1'000'000, 53) < 1'000'000 / 53 + 1000);
    BOOST_TEST(bench::max_streams_per_server(10, 1) == 10U);
    BOOST_TEST(bench::max_streams_per_server(2, 2) == 2U); // at most the number of all streams
}

BOOST_AUTO_TEST_CASE(every_limit_is_named_with_the_command_that_raises_it)
{
    auto limits = roomy();
    limits.memory = 8ULL << 30;
    BOOST_TEST(names(only_obstacle(limits), {"memory: 8,192 MiB are available"}));
    BOOST_TEST(names(only_obstacle(roomy(), {.bytes_per_stream = 40'000}), {"memory"}));

    limits = roomy();
    limits.file_max = 2'001'000;
    BOOST_TEST(names(only_obstacle(limits), {"2,001,000", "sysctl -w fs.file-max="}));

    limits = roomy();
    limits.epoll_watches = 1'999'999;
    BOOST_TEST(names(only_obstacle(limits), {"1,999,999", "sysctl -w fs.epoll.max_user_watches=4000000"}));
    limits.epoll_watches = 0; // an old kernel has no such limit
    BOOST_TEST(bench::plan_million({}, limits).has_value());

    limits = roomy();
    limits.tcp = {20'000, 30'000, 40'000};
    BOOST_TEST(
        names(only_obstacle(limits), {"30,000", "100,000", "sysctl -w net.ipv4.tcp_mem=\"100000 200000 400000\""}));

    limits = roomy();
    limits.last_port = limits.first_port + 9'998;
    BOOST_TEST(names(only_obstacle(limits), {"9,999", "10,000", "sysctl -w net.ipv4.ip_local_port_range="}));

    limits = roomy();
    limits.backlog = 128;
    BOOST_TEST(names(only_obstacle(limits), {"128", "sysctl -w net.core.somaxconn=4096"}));
}

BOOST_AUTO_TEST_CASE(a_low_limit_of_open_files_is_an_obstacle)
{
    auto limits = roomy();
    limits.open_files = 1024;
    const auto text = only_obstacle(limits);
    BOOST_TEST(names(text, {"1,024 each", "| ulimit -n 2953"}));
    BOOST_TEST(!names(text, {"nr_open"}));
    limits.nr_open = 2000;
    BOOST_TEST(names(only_obstacle(limits), {"| sysctl -w fs.nr_open=2953, then ulimit -n 2953"}));
    limits.open_files = 2953;
    BOOST_TEST(bench::plan_million({}, limits).has_value()); // the suggested value is high enough

    limits = roomy();
    BOOST_TEST(names(only_obstacle(limits, {.streams = 100'000, .servers = 2}),
                     {"2 server processes", "| more --servers, or ulimit -n 101000"}));
    limits.open_files = 0;
    BOOST_TEST(!bench::plan_million({.streams = 1}, limits).has_value());
}

BOOST_AUTO_TEST_CASE(all_obstacles_are_listed_at_once)
{
    const auto plan = bench::plan_million({}, {});
    BOOST_REQUIRE(!plan.has_value());
    BOOST_TEST(plan.error().size() == 6U); // all limits except the epoll watches
    BOOST_TEST(
        names(bench::to_text({{"one", "do this"}, {"two", ""}}), {"  - one\n    to raise it: do this\n  - two"}));
}

BOOST_AUTO_TEST_CASE(plan_processes_ignores_the_other_limits)
{
    auto limits = roomy();
    limits.memory = 0;
    limits.backlog = 1;
    BOOST_TEST(bench::plan_processes({}, limits)->servers == 53U);
    limits.open_files = 200;
    BOOST_TEST(!bench::plan_processes({}, limits).has_value()); // the limit of open files is still checked
}

BOOST_AUTO_TEST_CASE(this_machine_has_limits)
{
    const auto here = machine_limits::here();
    BOOST_TEST(here.open_files > 0U);
    BOOST_TEST(here.nr_open > 0U);
    BOOST_TEST(here.file_max > here.files_in_use);
    BOOST_TEST(here.memory > 0U);
    BOOST_TEST(here.tcp[2] > here.tcp[0]);
    BOOST_TEST(here.last_port > here.first_port);
    BOOST_TEST(here.backlog > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
