#include <rill/server/log.hpp>

#include "server/operations/prepared_line.hpp"
#include "server/process_fixture.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(log_test)

namespace {

constexpr auto error = rill::log_level::error;

} // namespace

BOOST_AUTO_TEST_CASE(the_destructor_of_a_sink_writes_the_suppressed_count)
{
    std::vector<std::string> lines;
    {
        const auto sink =
            rill::limit_repeats([&](rill::log_level, std::string_view text) { lines.emplace_back(text); }, 1);
        const auto copy = sink;
        copy(error, "a 1");
        sink(error, "a 2");
        copy(error, "a 3");
        BOOST_TEST((lines == std::vector<std::string>{"a 1"}));
    }
    BOOST_TEST((lines == std::vector<std::string>{"a 1", "2 more like: a 3"}));
}

BOOST_AUTO_TEST_CASE(a_line_without_a_reader_is_lost_and_the_process_continues)
{
    forked f([](const forked::line_writer& report) {
        std::signal(SIGPIPE, SIG_DFL);
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0 || ::dup2(ends[1], STDERR_FILENO) < 0) {
            return 1;
        }
        ::close(ends[0]);
        rill::log_to_stderr(rill::log_format::text)(error, "to nobody");
        report("goes on");
        rill::prepared_line(rill::log_format::text, error, "to nobody").write();
        report("to its end");
        return 0;
    });
    BOOST_TEST(f.wait() == 0);
    BOOST_TEST(f.output() == "goes on\nto its end\n");
}

BOOST_AUTO_TEST_SUITE_END()
