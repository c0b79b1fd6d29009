#include "server/prepared_line.hpp"

#include <ctime>

#include "server/log.hpp"
#include "server/process_fixture.hpp"

using namespace rill_test;

BOOST_AUTO_TEST_SUITE(prepared_line_test)

namespace {

std::string stamp()
{
    const auto text = rill::utc_stamp();
    return {text.begin(), text.end()};
}

/// The seconds since 1970 that the C library reads from it.
std::time_t seconds_of(const std::string& text)
{
    std::tm parts{};
    BOOST_REQUIRE(::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) != nullptr);
    return ::timegm(&parts);
}

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

BOOST_AUTO_TEST_CASE(the_time)
{
    const auto before = std::time(nullptr);
    const auto text = stamp();
    const auto after = std::time(nullptr);
    BOOST_TEST(text.size() == 24U);
    BOOST_TEST(text[19] == '.');
    BOOST_TEST(text.back() == 'Z');
    BOOST_TEST(seconds_of(text) >= before - 1); // time() may be of the last tick
    BOOST_TEST(seconds_of(text) <= after + 1);
}

BOOST_AUTO_TEST_CASE(as_the_log_writes_it_but_of_the_time_when_it_is_written)
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

BOOST_AUTO_TEST_CASE(none_and_one_that_is_too_long)
{
    BOOST_TEST(written({}) == "");
    const auto text = written({rill::log_format::text, rill::log_level::error, std::string(1000, 'x')});
    BOOST_TEST(text.ends_with(" " + std::string(256, 'x') + "\n"));
}

BOOST_AUTO_TEST_SUITE_END()
