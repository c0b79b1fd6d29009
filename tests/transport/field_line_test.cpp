#include "transport/field_line.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

BOOST_AUTO_TEST_SUITE(field_line)

namespace {

using rill::transport::parse_field_line;

/// Returns "name|value", or "-" for an invalid line.
std::string parsed(std::string_view line)
{
    const auto field = parse_field_line(line);
    return field ? std::string(field->name) + "|" + std::string(field->value) : "-";
}

/// Returns the characters that are valid in place of '?' in the line.
std::string allowed_at(std::string line)
{
    std::string allowed;
    const auto place = line.find('?');
    for (int c = 0; c < 256; ++c) {
        line[place] = static_cast<char>(c);
        if (parse_field_line(line)) {
            allowed += static_cast<char>(c);
        }
    }
    return allowed;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_line_has_a_name_and_a_value)
{
    BOOST_TEST(parsed("Name: value\r") == "Name|value");
    BOOST_TEST(parsed("N:v\r") == "N|v");
    BOOST_TEST(parsed("N:\r") == "N|");
    BOOST_TEST(parsed("N: \t \r") == "N|");
    BOOST_TEST(parsed("N:\t a \t b \t\r") == "N|a \t b");
    BOOST_TEST(parsed("N: a:b: c\r") == "N|a:b: c");
    BOOST_TEST(parsed("N::\r") == "N|:");
}

BOOST_AUTO_TEST_CASE(name_and_value_are_views_into_the_line)
{
    const std::string line = "Name: value\r";
    const auto field = parse_field_line(line);
    BOOST_REQUIRE(field.has_value());
    BOOST_TEST(static_cast<const void*>(field->name.data()) == line.data());
    BOOST_TEST(static_cast<const void*>(field->value.data()) == line.data() + 6);
}

BOOST_AUTO_TEST_CASE(malformed_field_lines_are_rejected)
{
    for (const auto* line : {"", "\r", "Name", "Name\r", "N: v", ": v\r", ":\r", " N: v\r", "\tN: v\r", "N : v\r",
                             "N\t: v\r", "N M: v\r", " folded\r", "N: a\rb\r", "N: a\r\r", "\rN: a\r", "N\r: a\r"})
    {
        BOOST_TEST(parsed(line) == "-", line);
    }
}

BOOST_AUTO_TEST_CASE(a_name_accepts_only_token_characters)
{
    // RFC 9110, 5.6.2, in the order of the character codes. The colon ends the name.
    BOOST_TEST(allowed_at("a?b: v\r") ==
               "!#$%&'*+-.0123456789:ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");
    BOOST_TEST(allowed_at("?b: v\r") ==
               "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");
}

BOOST_AUTO_TEST_CASE(a_value_accepts_only_field_characters)
{
    const auto allowed = allowed_at("N: a?b\r"); // RFC 9110, 5.5
    BOOST_TEST(allowed.size() == 1U + 95 + 128);
    BOOST_TEST(allowed.starts_with("\t !"));
    BOOST_TEST(allowed.find('\x7f') == allowed.npos);
    BOOST_TEST(allowed.ends_with('\xff'));
    const std::string many(40, 'x'); // long enough for the code that checks several characters at once
    for (std::size_t before = 0; before <= many.size(); ++before) {
        BOOST_TEST(allowed_at("N: y" + many.substr(0, before) + "?" + many.substr(before) + "\r") == allowed);
    }
}

BOOST_AUTO_TEST_SUITE_END()
