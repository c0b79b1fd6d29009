#include "server/operations/prepared_line.hpp"

#include "server/operations/log_line.hpp"
#include "server/process_fixture.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(prepared_line_test)

namespace {

std::string written(const rill::prepared_line& line)
{
    forked f([&](const forked::line_writer&) {
        line.write();
        return 0;
    });
    BOOST_TEST(f.wait() == 0);
    return f.output();
}

} // namespace

BOOST_AUTO_TEST_CASE(a_prepared_line_is_a_log_line_with_the_time_of_the_write)
{
    for (const auto format : {rill::log_format::text, rill::log_format::json}) {
        const rill::prepared_line line(format, rill::log_level::error, "the 2nd \"end\"");
        std::string log = rill::log_line(format, rill::log_level::error, "the 2nd \"end\"");
        std::this_thread::sleep_for(2ms);
        const auto text = written(line);
        const auto at = log.find("20");
        BOOST_TEST(text.substr(at, 24) > log.substr(at, 24));
        BOOST_TEST(log.replace(at, 24, text.substr(at, 24)) == text);
    }
}

BOOST_AUTO_TEST_CASE(an_empty_line_is_not_written_and_a_long_message_is_cut)
{
    BOOST_TEST(written({}) == "");
    const auto text = written({rill::log_format::text, rill::log_level::error, std::string(1000, 'x')});
    BOOST_TEST(text.ends_with(" " + std::string(256, 'x') + "\n"));
}

BOOST_AUTO_TEST_SUITE_END()
