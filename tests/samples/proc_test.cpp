#include <boost/test/unit_test.hpp>
#include <dashboard/proc.hpp>
#include <unistd.h>

using namespace dashboard;

BOOST_AUTO_TEST_SUITE(proc_test)

BOOST_AUTO_TEST_CASE(processor_times)
{
    reading r;
    parse_stat("cpu  10 20 30 400 50 6 7 8 9 10\n"
               "cpu0 1 2 3 40 5 0 0 0 0 0\n"
               "cpu1 9 18 27 360 45 6 7 8 9 10\n"
               "intr 1 2 3\n"
               "ctxt 5\n",
               r);
    BOOST_TEST(r.cpu.total == 531U); // without guest times, which are a part of user
    BOOST_TEST(r.cpu.busy == 81U);
    BOOST_REQUIRE(r.cores.size() == 2U);
    BOOST_TEST(r.cores[0].total == 51U);
    BOOST_TEST(r.cores[0].busy == 6U);
}

BOOST_AUTO_TEST_CASE(memory)
{
    reading r;
    parse_meminfo("MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    400 kB\n", r);
    BOOST_TEST(r.memory_total == 1000U * 1024);
    BOOST_TEST(r.memory_used == 600U * 1024);
    reading odd;
    parse_meminfo("MemTotal: 1 kB\nMemAvailable: 2 kB\n", odd);
    BOOST_TEST(odd.memory_used == 0U);
}

BOOST_AUTO_TEST_CASE(interfaces)
{
    reading r;
    parse_net_dev("Inter-|   Receive                                                |  Transmit\n"
                  " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs\n"
                  "    lo:  700      1    0    0    0     0          0         0      700      1    0 0 0 0 0 0\n"
                  "  eth0: 1000      2    0    0    0     0          0         0     2000      2    0 0 0 0 0 0\n"
                  "wlan0:10 2 0 0 0 0 0 0 20 2 0 0 0 0 0 0\n"
                  " bad: 1 2\n",
                  r);
    BOOST_TEST(r.has_interfaces);
    BOOST_TEST(r.loopback == 700U);
    BOOST_TEST(r.received == 1010U);
    BOOST_TEST(r.sent == 2020U);
}

BOOST_AUTO_TEST_CASE(this_process)
{
    reading r;
    parse_statm("500 3 2 1 0 4 0\n", r);
    BOOST_TEST(r.resident == 3U * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)));
}

BOOST_AUTO_TEST_CASE(missing_values_are_0)
{
    for (const auto* text : {"", "\n", "cpu", "MemTotal:", ":", "x"}) {
        reading r;
        parse_stat(text, r);
        parse_meminfo(text, r);
        parse_net_dev(text, r);
        parse_statm(text, r);
        BOOST_TEST(r.cpu.total + r.memory_used + r.received + r.resident == 0U);
    }
    const auto nowhere = read_machine("/nowhere");
    BOOST_TEST(nowhere.memory_total == 0U);
    BOOST_TEST(!nowhere.has_interfaces);
    const auto here = read_machine("/proc");
    BOOST_TEST(here.memory_total > here.memory_used);
    BOOST_TEST(here.cpu.total > 0U);
    BOOST_TEST(here.resident > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
