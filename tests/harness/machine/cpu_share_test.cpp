#include <boost/test/unit_test.hpp>
#include <harness/machine/cpu_share.hpp>
#include <unistd.h>

using bench::machine_ticks;

BOOST_AUTO_TEST_SUITE(cpu_share_test)

BOOST_AUTO_TEST_CASE(ticks_are_parsed)
{
    const auto ticks = machine_ticks::parse("cpu  10 1 20 300 40 2 3 4 50 60\ncpu0 1 1 1 1\n");
    BOOST_TEST(ticks.all == 380U); // the last two fields are part of the first two
    BOOST_TEST(ticks.busy == 40U);
    BOOST_TEST(machine_ticks::parse("").all == 0U);
    BOOST_TEST(machine_ticks::parse("intr 1 2 3").all == 0U);
}

BOOST_AUTO_TEST_CASE(the_share_of_this_process_is_measured)
{
    const bench::cpu_share_meter as_server({::getpid()}, {}), as_client({}, {::getpid()});
    const auto first = bench::cpu_time_of(::getpid()).total;
    while (bench::cpu_time_of(::getpid()).total < first + 0.05) { // uses CPU time
    }
    const auto server = as_server.share();
    BOOST_TEST(server.seconds >= 0.05);
    BOOST_TEST(server.servers > 0);
    BOOST_TEST(server.clients == 0);
    BOOST_TEST(server.machine >= server.servers);
    BOOST_TEST(as_client.share().clients > 0);
    BOOST_TEST(as_client.share().servers == 0);
}

BOOST_AUTO_TEST_CASE(shares_are_percent_of_all_cores)
{
    BOOST_TEST((bench::cpu_share{1, 0.984, 0.6, 0.35}.text() == "98 % (servers 60 %, clients 35 %)"));
}

BOOST_AUTO_TEST_SUITE_END()
