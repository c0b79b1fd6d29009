#include "routing/route_table.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(route_table_suite)

namespace {

using rill::detail::route_table;

route_table table_of(std::initializer_list<std::pair<std::string, std::string_view>> routes)
{
    route_table table;
    for (const auto& [method, pattern] : routes) {
        table.add({method, rill::path_pattern(pattern), {}, {}, {}});
    }
    return table;
}

/// Returns the matching pattern. If the path only matches with other methods, returns all their patterns, each in
/// brackets.
std::string found(const route_table& table, std::string_view path, std::string_view method = "GET")
{
    const auto match = table.find(rill::detail::split(path).value(), method);
    std::string told = match.found != nullptr ? match.found->pattern.text() : "";
    for (const auto* other : match.same_path) {
        told += match.found == nullptr ? '(' + other->pattern.text() + ')' : "";
    }
    return told;
}

} // namespace

BOOST_AUTO_TEST_CASE(paths_are_split_and_decoded_once)
{
    const auto segments = [](std::string_view path) { return rill::detail::split(path).value().segments; };
    BOOST_TEST((segments("/") == std::vector<std::string>{""}));
    BOOST_TEST((segments("/a/b%2Fc//%2525") == std::vector<std::string>{"a", "b/c", "", "%25"}));
    for (const auto* bad : {"", "a", "*", "/%", "/%0", "/%zz", "/%00"}) {
        BOOST_TEST(!rill::detail::split(bad).has_value(), bad);
    }
}

BOOST_AUTO_TEST_CASE(the_best_pattern_with_the_method_is_found)
{
    const auto table =
        table_of({{"GET", "/a"}, {"GET", "/{n:int}"}, {"POST", "/{n:int}"}, {"PUT", "/{t}"}, {"GET", "/{all...}"}});
    BOOST_TEST(found(table, "/a") == "/a");
    BOOST_TEST(found(table, "/a", "HEAD") == "/a");
    BOOST_TEST(found(table, "/7") == "/{n:int}");
    BOOST_TEST(found(table, "/7", "PUT") == "/{t}");
    BOOST_TEST(found(table, "/b") == "/{all...}");
    BOOST_TEST(table.knows("PUT"));
    BOOST_TEST(!table.knows("put"));
    BOOST_TEST(!table.knows("QUERY"));
    BOOST_TEST(found(table, "/b/c") == "/{all...}");
    BOOST_TEST(found(table, "/9223372036854775808", "POST") ==
               "(/{t})(/{all...})"); // a number of more than 64 bits is text
    BOOST_TEST(found(table, "/7", "PATCH") == "(/{n:int})(/{n:int})(/{t})(/{all...})");
}

BOOST_AUTO_TEST_CASE(captured_parameters_and_allowed_methods)
{
    const auto table = table_of({{"GET", "/{a}/x/{rest...}"}, {"DELETE", "/{a}/x/{rest...}"}});
    const auto path = rill::detail::split("/1%202/x/y/z").value();
    const auto match = table.find(path, "GET");
    BOOST_REQUIRE(match.found != nullptr);
    rill::request req;
    route_table::capture(*match.found, path, req);
    BOOST_TEST(req.path_parameter("a").value_or("") == "1 2");
    BOOST_TEST(req.path_parameter("rest").value_or("") == "y/z");
    BOOST_TEST(rill::detail::allowed_methods(table.find(path, "PUT").same_path) == "DELETE, GET, HEAD, OPTIONS");
}

BOOST_AUTO_TEST_SUITE_END()
