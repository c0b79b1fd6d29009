#include <rill/routing/path_pattern.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(path_pattern_suite)

namespace {

using rill::path_pattern;
using kind = path_pattern::kind;
using segments = std::vector<path_pattern::segment>;

} // namespace

BOOST_AUTO_TEST_CASE(well_formed_patterns)
{
    const std::pair<std::string, segments> table[] = {
        {"/", {{kind::literal, ""}}},
        {"/a", {{kind::literal, "a"}}},
        {"/a/", {{kind::literal, "a"}, {kind::literal, ""}}},
        {"//", {{kind::literal, ""}, {kind::literal, ""}}},
        {"/{id}", {{kind::text, "id"}}},
        {"/{id:int}/x", {{kind::integer, "id"}, {kind::literal, "x"}}},
        {"/a/{b}/{c:int}/{rest...}",
         {{kind::literal, "a"}, {kind::text, "b"}, {kind::integer, "c"}, {kind::tail, "rest"}}},
        {"/{user-id_2}", {{kind::text, "user-id_2"}}},
        {"/a b/\xc3\xa4/100%", {{kind::literal, "a b"}, {kind::literal, "\xc3\xa4"}, {kind::literal, "100%"}}},
        {"/...", {{kind::literal, "..."}}},
        {"/id:int", {{kind::literal, "id:int"}}},
    };
    for (const auto& [text, expected] : table) {
        BOOST_TEST_CONTEXT(text)
        {
            const path_pattern pattern(text);
            BOOST_TEST((pattern.segments() == expected));
            BOOST_TEST(pattern.text() == text);
        }
    }
}

BOOST_AUTO_TEST_CASE(malformed_patterns)
{
    const std::pair<std::string, std::string> table[] = {
        {"", "it must start with '/'"},
        {"a/b", "it must start with '/'"},
        {"*", "it must start with '/'"},
        {"/a?b=c", "cannot contain '?' or '#'"},
        {"/a#b", "cannot contain '?' or '#'"},
        {"/{id", "unbalanced brace in segment '{id'"},
        {"/id}", "unbalanced brace in segment 'id}'"},
        {"/}id{", "unbalanced brace"},
        {"/{{id}", "unbalanced brace"},
        {"/{a/b}", "unbalanced brace in segment '{a'"},
        {"/{}", "a parameter has no name"},
        {"/{:int}", "a parameter has no name"},
        {"/{...}", "a parameter has no name"},
        {"/{1a}", "'1a' is not a parameter name"},
        {"/{a b}", "'a b' is not a parameter name"},
        {"/{id:}", "unknown parameter type ''"},
        {"/{id:uuid}", "unknown parameter type 'uuid'"},
        {"/{id:int...}", "'id:int' is not a parameter name"},
        {"/{id}/{id}", "parameter name 'id' is used twice"},
        {"/{id:int}/x/{id...}", "parameter name 'id' is used twice"},
        {"/{rest...}/x", "the tail '{rest...}' must be the last segment"},
        {"/{rest...}/", "the tail '{rest...}' must be the last segment"},
        {"/v{id}", "mixes a parameter with other text"},
        {"/{id}.json", "mixes a parameter with other text"},
        {"/{a}{b}", "mixes a parameter with other text"},
        {"/{{a}}", "mixes a parameter with other text"},
    };
    for (const auto& [text, reason] : table) {
        BOOST_TEST_CONTEXT(text)
        {
            std::string message;
            try {
                const path_pattern pattern(text);
            } catch (const rill::route_error& e) {
                message = e.what();
            }
            BOOST_TEST(message.starts_with("bad route pattern '" + text + "': "));
            BOOST_TEST(message.find(reason) != std::string::npos, message);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
