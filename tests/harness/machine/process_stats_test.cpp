#include <boost/test/unit_test.hpp>
#include <cstring>
#include <ctime>
#include <harness/machine/process_stats.hpp>
#include <harness/support/files.hpp>
#include <memory>
#include <unistd.h>

BOOST_AUTO_TEST_SUITE(process_stats_test)

BOOST_AUTO_TEST_CASE(numbers_are_read_from_proc_files)
{
    const std::string text = "MemTotal:  100 kB\nSlab:      7 kB\nSReclaimable: 3 kB\n";
    BOOST_TEST(bench::number_after(text, "MemTotal:") == 100);
    BOOST_TEST(bench::number_after(text, "Slab:") == 7);
    BOOST_TEST(bench::number_after(text, "lab:") == 0); // not at the start of a line
    BOOST_TEST(bench::number_after(text, "Other:") == 0);
    BOOST_TEST(bench::read_file("/no/such/file").empty());
}

BOOST_AUTO_TEST_CASE(cpu_time_is_counted)
{
    const bench::cpu_meter meter({::getpid()}, {});
    std::timespec start{}, now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    const auto used = [&] {
        ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return static_cast<double>(now.tv_sec - start.tv_sec) + static_cast<double>(now.tv_nsec - start.tv_nsec) / 1e9;
    };
    volatile unsigned spent = 0;
    while (used() < 0.2) {
        for (int i = 0; i < 10'000; ++i) { // in user space, too
            spent = spent + 1;
        }
    }
    const auto before = used();
    const auto seen = meter.server();
    BOOST_TEST(seen.total >= before);
    BOOST_TEST(seen.total <= used() + 0.1);
    BOOST_TEST(seen.user() + seen.system() == seen.total, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(seen.user() > 0);
    BOOST_TEST(meter.client().total == 0);
}

BOOST_AUTO_TEST_CASE(cpu_time_is_split_in_the_ratio_of_the_ticks)
{
    const bench::cpu_time time{.total = 2, .user_ticks = 30, .system_ticks = 10};
    BOOST_TEST(time.user() == 1.5);
    BOOST_TEST(time.system() == 0.5);
    BOOST_TEST(bench::cpu_time{}.user() == 0);
    const auto sum = time + time - time;
    BOOST_TEST(sum.user() == 1.5);
}

BOOST_AUTO_TEST_CASE(memory_is_counted)
{
    const auto before = bench::memory_of({::getpid()});
    BOOST_TEST(before.pss > 0);
    BOOST_TEST(before.rss >= before.pss);
    constexpr std::size_t size = 64 << 20;
    const auto block = std::make_unique<char[]>(size);
    std::memset(block.get(), 1, size);
    asm volatile("" ::"r"(block.get()) : "memory");
    const auto with = bench::memory_of({::getpid()});
    BOOST_TEST(with.rss - before.rss >= static_cast<std::int64_t>(size) * 9 / 10);
    // Other tests map the same libraries, which reduces the proportional share by some megabytes.
    BOOST_TEST(with.pss - before.pss >= static_cast<std::int64_t>(size) / 2);
    BOOST_TEST(bench::memory_of_machine().available > 0);
    BOOST_TEST(bench::memory_of_machine().slab > 0);
}

BOOST_AUTO_TEST_CASE(a_missing_process_has_no_statistics)
{
    constexpr pid_t nobody = (1 << 22) + 1; // above the highest PID of the kernel
    BOOST_TEST(!bench::can_be_measured(nobody));
    BOOST_TEST(bench::can_be_measured(::getpid()));
    BOOST_TEST(bench::cpu_time_of(nobody).total == 0);
    BOOST_TEST(bench::memory_of({nobody}).pss == 0);
}

BOOST_AUTO_TEST_SUITE_END()
