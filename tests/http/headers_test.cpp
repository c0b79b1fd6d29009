#include <rill/http/headers.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(headers_suite)

namespace {

using namespace std::string_view_literals;

} // namespace

BOOST_AUTO_TEST_CASE(names_compare_without_case)
{
    rill::headers h;
    BOOST_TEST(h.set("Content-Type", "text/plain").has_value());
    BOOST_TEST(h.get("content-TYPE").value_or("") == "text/plain");
    BOOST_TEST(h.contains("CONTENT-TYPE"));
    BOOST_TEST(!h.contains("Content"));
    BOOST_TEST(!rill::iequals("a", "ab"));
    BOOST_TEST(!rill::iequals("[", "{")); // they differ by 0x20, but are not letters
}

BOOST_AUTO_TEST_CASE(set_replaces_all_and_add_keeps)
{
    rill::headers h;
    BOOST_TEST(h.add("Vary", "Origin").has_value());
    BOOST_TEST(h.add("vary", "Accept").has_value());
    BOOST_TEST(h.size() == 2U);
    BOOST_TEST(h.get("Vary").value_or("") == "Origin");
    BOOST_TEST(h.set("VARY", "*").has_value());
    BOOST_TEST(h.size() == 1U);
    h.erase("vary");
    BOOST_TEST(h.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_list_may_be_in_several_lines)
{
    rill::headers h;
    BOOST_TEST(h.values("Accept").empty());
    BOOST_TEST(!h.list("Accept").has_value());
    for (const auto& [name, value] : {std::pair("Accept", "a/b"), {"X", "y"}, {"ACCEPT", ""}, {"accept", "c/d, e/f"}}) {
        BOOST_TEST(h.add(name, value).has_value());
    }
    const std::vector<std::string_view> lines{"a/b", "", "c/d, e/f"};
    BOOST_TEST(h.values("accept") == lines, boost::test_tools::per_element());
    BOOST_TEST(h.list("accept").value_or("none") == "a/b, , c/d, e/f");
    BOOST_TEST(h.list("X").value_or("none") == "y");
}

BOOST_AUTO_TEST_CASE(arguments_may_be_views_into_the_fields)
{
    rill::headers h;
    BOOST_TEST(h.add("A", "one").has_value());
    BOOST_TEST(h.add("B", "two").has_value());
    BOOST_TEST(h.set("A", *h.get("A")).has_value());
    BOOST_TEST(h.get("A").value_or("") == "one");
    BOOST_TEST(h.add("C", *h.get("B")).has_value());
    BOOST_TEST(h.get("C").value_or("") == "two");
    BOOST_TEST(h.add("b", "three").has_value());
    h.erase(h.begin()->name); // erases "B" and "b"; "B" is also the argument
    BOOST_TEST(h.size() == 2U);
    BOOST_TEST(!h.contains("B"));
}

BOOST_AUTO_TEST_CASE(invalid_names_and_values_are_refused)
{
    rill::headers h;
    BOOST_TEST(h.set("X", "before").has_value());
    for (const auto name : {""sv, "a b"sv, "a:"sv, "a\r\nb"sv, "a\0b"sv, "\xc3\xa4"sv, "a\x7f"sv, "a("sv}) {
        const auto done = h.set(name, "v");
        BOOST_TEST_CONTEXT(name)
        {
            BOOST_TEST((!done && done.error() == rill::error::invalid_header));
            BOOST_TEST(!h.add(name, "v").has_value());
        }
    }
    for (const auto value : {"a\r\nSet-Cookie: x"sv, "a\rb"sv, "a\nb"sv, "a\0b"sv, "\x1b[0m"sv, "\x7f"sv}) {
        BOOST_TEST(!h.set("X", value).has_value());
        BOOST_TEST(!h.add("X", value).has_value());
    }
    BOOST_TEST(h.size() == 1U);
    BOOST_TEST(h.get("X").value_or("") == "before");
    BOOST_TEST(h.set("X", "tab\tand \xc3\xa4").has_value());
    BOOST_TEST(h.set("!#$%&'*+-.^_`|~09azAZ", "").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
