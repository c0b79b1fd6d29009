#include <boost/test/unit_test.hpp>
#include <dashboard/figures.hpp>

using namespace dashboard;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(figures_test)

namespace {

const std::chrono::steady_clock::time_point start{};

reading machine(std::uint64_t busy, std::uint64_t total, std::uint64_t received = 0)
{
    reading r;
    r.cpu = {busy, total};
    r.cores = {{busy, total}, {0, total}};
    r.memory_total = 1000;
    r.memory_used = busy;
    r.has_interfaces = true;
    r.received = received;
    r.loopback = 10 * received;
    return r;
}

} // namespace

BOOST_AUTO_TEST_CASE(rates_need_two_readings)
{
    figures f;
    f.add(machine(100, 1000), {.subscribers = 3}, start);
    BOOST_TEST((f.memory.used == curve{100}));
    BOOST_TEST((f.streams.viewers == curve{3}));
    BOOST_TEST(f.cpu.busy.empty());
    BOOST_TEST(f.network.received.empty());
}

BOOST_AUTO_TEST_CASE(differences_become_shares_and_rates)
{
    figures f;
    f.add(machine(100, 1000, 5000), {.published = 4, .delivered = 10}, start);
    f.add(machine(150, 1200, 6000), {.published = 8, .delivered = 40, .conflated = 2}, start + 500ms);
    BOOST_TEST((f.cpu.busy == curve{250}));
    BOOST_TEST((f.cpu.cores == curve{250, 0}));
    BOOST_TEST((f.network.received == curve{2000}));
    BOOST_TEST((f.network.sent == curve{0}));
    BOOST_TEST((f.network.loopback == curve{20000}));
    BOOST_TEST((f.streams.delivered == curve{60}));
    BOOST_TEST(f.streams.published == 8U);
    BOOST_TEST(f.streams.conflated == 2U);
    BOOST_TEST(f.memory.total == 1000U);
}

BOOST_AUTO_TEST_CASE(decreasing_counters_count_as_0)
{
    figures f;
    f.add(machine(100, 1000, 5000), {}, start);
    f.add(machine(50, 900, 100), {}, start); // and no time has passed
    BOOST_TEST((f.cpu.busy == curve{0}));
    BOOST_TEST((f.network.received == curve{0}));
    auto fewer = machine(60, 1000, 100);
    fewer.cores.pop_back();
    f.add(fewer, {}, start + 1s);
    BOOST_TEST(f.cpu.cores.size() == 1U);
}

// A missing value is better than a 0 that was not measured.
BOOST_AUTO_TEST_CASE(figures_that_the_kernel_does_not_report_are_unknown)
{
    figures f;
    f.add({}, {.subscribers = 3}, start);
    f.add({}, {.subscribers = 4}, start + 1s);
    BOOST_TEST((!f.cpu.known && !f.memory.known && !f.network.known));
    BOOST_TEST((f.cpu.busy.empty() && f.cpu.cores.empty() && f.memory.used.empty() && f.network.received.empty() &&
                f.network.sent.empty() && f.network.loopback.empty()));
    BOOST_TEST((f.streams.viewers == curve{3, 4})); // the server's own figure
    BOOST_TEST(f.streams.resident == 0U);
    f.add(machine(100, 1000, 5000), {}, start + 2s);
    BOOST_TEST((f.cpu.known && f.memory.known && f.network.known));
    BOOST_TEST((f.memory.used == curve{100}));
    BOOST_TEST((f.cpu.busy.empty() && f.network.received.empty())); // a rate needs two readings
    f.add(machine(150, 1200, 6000), {}, start + 3s);
    BOOST_TEST((f.cpu.busy == curve{250}));
    BOOST_TEST((f.network.received == curve{1000}));
    f.add({}, {}, start + 4s);
    BOOST_TEST((f.cpu.busy.empty() && f.cpu.cores.empty() && f.memory.used.empty() && f.network.received.empty()));
    BOOST_TEST(!f.network.known);
}

BOOST_AUTO_TEST_CASE(the_newest_values_are_held)
{
    figures f;
    for (std::uint64_t i = 0; i < figures::held + 5; ++i) {
        f.add(machine(i, 1000), {}, start + i * 1s);
    }
    BOOST_REQUIRE(f.memory.used.size() == figures::held);
    BOOST_TEST(f.memory.used.front() == 5U);
    BOOST_TEST(f.memory.used.back() == figures::held + 4);
    BOOST_TEST(f.cpu.busy.size() == figures::held);
}

BOOST_AUTO_TEST_SUITE_END()
