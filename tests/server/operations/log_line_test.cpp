#include "server/operations/log_line.hpp"

#include <boost/test/unit_test.hpp>
#include <ctime>
#include <string>

using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(log_line_test)

namespace {

constexpr auto error = rill::log_level::error;

std::string timestamp()
{
    const auto text = rill::present_timestamp();
    return {text.begin(), text.end()};
}

/// Parses the timestamp with the C library. Returns seconds since 1970.
std::time_t seconds_of(const std::string& text)
{
    std::tm parts{};
    BOOST_REQUIRE(::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) != nullptr);
    return ::timegm(&parts);
}

} // namespace

BOOST_AUTO_TEST_CASE(the_timestamp_is_utc_with_milliseconds)
{
    const auto before = std::time(nullptr);
    const auto text = timestamp();
    const auto after = std::time(nullptr);
    BOOST_TEST(text.size() == 24U);
    BOOST_TEST(text[19] == '.');
    BOOST_TEST(text.back() == 'Z');
    BOOST_TEST(seconds_of(text) >= before);
    BOOST_TEST(seconds_of(text) <= after + 1); // time() may lag behind timestamp() by one tick
}

// The text of an exception may contain bytes from a client.
BOOST_AUTO_TEST_CASE(control_characters_of_a_message_are_escaped)
{
    const auto line = rill::log_line(rill::log_format::text, error, "no room 'a\r\nb\x1b[2J\x7f\t\u00e9\0'"sv);
    BOOST_TEST(line.substr(25) == "error   no room 'a\\r\\nb\\x1b[2J\\x7f\t\u00e9\\x00'\n");
    const auto json = rill::log_line(rill::log_format::json, error, "a\r\nb\x1b[2J");
    BOOST_TEST(json.ends_with(R"("message":"a\u000d\nb\u001b[2J"})"
                              "\n"));
}

BOOST_AUTO_TEST_CASE(invalid_utf8_is_replaced_in_json)
{
    const auto json = rill::log_line(rill::log_format::json, error, "path \xff\u00e9");
    BOOST_TEST(json.ends_with("\"level\":\"error\",\"message\":\"path \uFFFD\u00e9\"}\n"));
    BOOST_TEST(json.starts_with("{\"time\":\"20"));
}

BOOST_AUTO_TEST_SUITE_END()
