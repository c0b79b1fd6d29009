#include "server/operations/process_metrics.hpp"

#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support/metrics_page.hpp"

using rill_test::metrics_page;

BOOST_AUTO_TEST_SUITE(process_metrics_test)

namespace {

metrics_page look()
{
    rill::metrics_writer out;
    rill::write_process_metrics(out);
    return metrics_page(out.text());
}

} // namespace

BOOST_AUTO_TEST_CASE(open_fds_counts_an_open_descriptor)
{
    const auto is_one_more = [] { // a sanitizer may open a file for a short time
        const auto before = look()["process_open_fds"];
        const int one = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        const auto with = look()["process_open_fds"];
        ::close(one);
        return with == before + 1 && look()["process_open_fds"] == before;
    };
    BOOST_TEST((is_one_more() || is_one_more()));
}

BOOST_AUTO_TEST_CASE(metrics_that_need_a_descriptor_are_omitted_without_one)
{
    const auto before = look();
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    const rlimit none{0, files.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    rill::metrics_writer out;
    rill::write_process_metrics(out);
    ::setrlimit(RLIMIT_NOFILE, &files);
    const auto text = out.text();
    for (const auto* name : {"process_open_fds", "process_resident_memory_bytes", "process_virtual_memory_bytes"}) {
        BOOST_TEST(before.has(name));
        BOOST_TEST(text.find(std::string(name) + " ") == std::string::npos);
    }
    BOOST_TEST(metrics_page(text)["process_max_fds"] == 0);
    BOOST_TEST(text.find("process_cpu_seconds_total ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(resident_memory_includes_mapped_memory)
{
    const auto before = look();
    // mmap instead of the heap, because a compiler may remove an allocation that nothing reads (clang does).
    const std::size_t size = 64UL << 20;
    void* much = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    BOOST_REQUIRE(much != MAP_FAILED);
    const auto after = look();
    ::munmap(much, size);
    BOOST_TEST(after["process_resident_memory_bytes"] - before["process_resident_memory_bytes"] > 48 << 20);
    BOOST_TEST(after["process_virtual_memory_bytes"] >= after["process_resident_memory_bytes"]);
}

BOOST_AUTO_TEST_CASE(cpu_time_increases)
{
    const auto before = look();
    // The kernel stores its boot time in whole seconds.
    BOOST_TEST(before["process_start_time_seconds"] <= static_cast<double>(std::time(nullptr)) + 1);
    while (look()["process_cpu_seconds_total"] == before["process_cpu_seconds_total"]) {
        static_cast<void>(look()); // uses CPU time
    }
    BOOST_TEST(look()["process_start_time_seconds"] == before["process_start_time_seconds"]);
    BOOST_TEST(before.type("process_cpu_seconds_total") == "counter");
}

BOOST_AUTO_TEST_SUITE_END()
