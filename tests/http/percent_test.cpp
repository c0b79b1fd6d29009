#include "http/percent.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(percent_suite)

namespace {

using namespace std::string_literals;

} // namespace

BOOST_AUTO_TEST_CASE(decodes_once)
{
    const std::pair<std::string, std::string> table[] = {
        {"", ""},         {"plain", "plain"},     {"%41", "A"},   {"%2f%2F", "//"}, {"%252f", "%2f"},
        {"a%20b", "a b"}, {"%c3%a4", "\xc3\xa4"}, {"%00", "\0"s}, {"%ff", "\xff"},  {"a+b", "a+b"},
    };
    for (const auto& [encoded, decoded] : table) {
        BOOST_TEST_CONTEXT(encoded)
        {
            BOOST_TEST((rill::percent_decode(encoded) == decoded));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_form_is_decoded_as_browsers_encode_it)
{
    const std::pair<std::string, std::string> table[] = {
        {"", ""},           {"a+b%2B", "a b+"},     {"100%", "100%"}, {"%", "%"},
        {"%%41", "%A"},     {"%4", "%4"},           {"%zz", "%zz"},   {"%4g", "%4g"},
        {"50%+x", "50% x"}, {"%c3%a4", "\xc3\xa4"}, {"%+41", "% 41"}, {"%00", "\0"s},
    };
    for (const auto& [encoded, decoded] : table) {
        BOOST_TEST_CONTEXT(encoded)
        {
            BOOST_TEST(rill::form_decode(encoded) == decoded);
        }
    }
}

BOOST_AUTO_TEST_CASE(refuses_malformed_escapes)
{
    for (const auto* text : {"%", "%4", "%zz", "%4g", "%g4", "abc%", "%%41", "% 41", "%-1", "%0x"}) {
        BOOST_TEST_CONTEXT(text)
        {
            BOOST_TEST(!rill::percent_decode(text).has_value());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
