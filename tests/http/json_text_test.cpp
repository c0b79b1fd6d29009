#include "http/json_text.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(json_text_test)

BOOST_AUTO_TEST_CASE(any_text_becomes_a_json_string)
{
    const auto json = [](std::string_view text) {
        std::string out;
        rill::append_json(out, text);
        return out;
    };
    BOOST_TEST(json("") == R"("")");
    BOOST_TEST(json("a\"b\\c\n\t\x01/") == R"("a\"b\\c\n\t\u0001/")");
    BOOST_TEST(json(std::string_view("\0\x7F", 2)) == "\"\\u0000\x7F\"");
    const std::string good = "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
    BOOST_TEST(json(good) == '"' + good + '"');
    const std::string replacement = "\xEF\xBF\xBD";
    for (const auto* bad : {"\x80", "\xFF", "\xC0", "\xC3", "\xE2\x82"}) {
        const auto out = json(bad);
        BOOST_TEST(out.starts_with('"' + replacement));
        BOOST_TEST(out.size() == 2 + 3 * std::string_view(bad).size());
    }
    BOOST_TEST(json("\xC3"
                    "a") == '"' + replacement + "a\"");
    BOOST_TEST(json("\xED\xA0\x80").find("\xED") == std::string::npos); // a surrogate
}

BOOST_AUTO_TEST_SUITE_END()
