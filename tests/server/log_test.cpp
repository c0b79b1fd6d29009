#include "server/log.hpp"

#include "server/prepared_line.hpp"
#include "server/process_fixture.hpp"

using namespace rill_test;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(log_test)

namespace {

constexpr auto error = rill::log_level::error;

} // namespace

BOOST_AUTO_TEST_CASE(a_sink_tells_at_its_end_what_it_has_held_back)
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

BOOST_AUTO_TEST_CASE(lines_on_standard_error)
{
    const auto lines = [](rill::log_format format) {
        forked f([&](const forked::line_writer&) {
            rill::server_options options{.log_level = rill::log_level::warning, .log_format = format};
            const auto log = rill::complete_log(options);
            log(rill::log_level::info, "not this");
            log(rill::log_level::warning, "a \"quoted\"\tword");
            return 0;
        });
        BOOST_TEST(f.wait() == 0);
        return f.output();
    };
    const auto text = lines(rill::log_format::text);
    BOOST_TEST(text.substr(23) == "Z warning a \"quoted\"\tword\n");
    const auto json = lines(rill::log_format::json);
    BOOST_TEST(json.starts_with("{\"time\":\"20"));
    BOOST_TEST(json.substr(json.find('Z')) == "Z\",\"level\":\"warning\",\"message\":\"a \\\"quoted\\\"\\tword\"}\n");
}

BOOST_AUTO_TEST_CASE(a_line_that_nobody_reads_is_lost_and_nothing_else)
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

// As an exception's text may hold what a client has sent.
BOOST_AUTO_TEST_CASE(a_message_is_one_line_whatever_it_holds)
{
    const auto line = rill::log_line(rill::log_format::text, error, "no room 'a\r\nb\x1b[2J\x7f\t\u00e9\0'"sv);
    BOOST_TEST(line.substr(25) == "error   no room 'a\\r\\nb\\x1b[2J\\x7f\t\u00e9\\x00'\n");
    const auto json = rill::log_line(rill::log_format::json, error, "a\r\nb\x1b[2J");
    BOOST_TEST(json.ends_with(R"("message":"a\u000d\nb\u001b[2J"})"
                              "\n"));
}

BOOST_AUTO_TEST_SUITE_END()
