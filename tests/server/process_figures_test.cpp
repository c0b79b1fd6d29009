#include "server/process_figures.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>
#include <vector>

#include "support/metrics_page.hpp"

using rill_test::metrics_page;

BOOST_AUTO_TEST_SUITE(process_figures_test)

namespace {

metrics_page look()
{
    rill::metrics_writer out;
    rill::write_process_figures(out);
    return metrics_page(out.text());
}

} // namespace

BOOST_AUTO_TEST_CASE(a_descriptor_more_is_one_more)
{
    const auto is_one_more = [] { // a sanitizer may have a file open for a moment
        const auto before = look()["process_open_fds"];
        const int one = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        const auto with = look()["process_open_fds"];
        ::close(one);
        return with == before + 1 && look()["process_open_fds"] == before;
    };
    BOOST_TEST((is_one_more() || is_one_more()));
}

BOOST_AUTO_TEST_CASE(memory_that_is_touched_is_resident)
{
    const auto before = look();
    const std::vector<char> much(64 << 20, 'x');
    const auto after = look();
    BOOST_TEST(after["process_resident_memory_bytes"] - before["process_resident_memory_bytes"] > 48 << 20);
    BOOST_TEST(after["process_virtual_memory_bytes"] >= after["process_resident_memory_bytes"]);
}

BOOST_AUTO_TEST_CASE(time_goes_on)
{
    const auto before = look();
    // The kernel tells the time of its own start in whole seconds.
    BOOST_TEST(before["process_start_time_seconds"] <= static_cast<double>(std::time(nullptr)) + 1);
    while (look()["process_cpu_seconds_total"] == before["process_cpu_seconds_total"]) {
        static_cast<void>(look()); // takes some
    }
    BOOST_TEST(look()["process_start_time_seconds"] == before["process_start_time_seconds"]);
    BOOST_TEST(before.type("process_cpu_seconds_total") == "counter");
}

BOOST_AUTO_TEST_SUITE_END()
