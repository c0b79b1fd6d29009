#include <rill/client/url.hpp>

#include <boost/test/unit_test.hpp>
#include <rill/client/error.hpp>
#include <vector>

BOOST_AUTO_TEST_SUITE(url_test)

using rill::client::parse_url;
using rill::client::resolve_url;

BOOST_AUTO_TEST_CASE(parses_absolute_urls)
{
    const std::vector<std::pair<std::string, std::string>> table{
        {"http://example.org", "http://example.org/"},
        {"HTTP://Example.ORG:80/A?b=C#d", "http://example.org/A?b=C"},
        {"http://example.org:8080?q", "http://example.org:8080/?q"},
        {"http://127.0.0.1:1/", "http://127.0.0.1:1/"},
        {"http://[::1]:8080/x", "http://[::1]:8080/x"},
        {"http://[2001:DB8::1]", "http://[2001:db8::1]/"},
        {"http://a_b.test:/", "http://a_b.test/"},
        {"http://h/a b\xc3\xa9\"", "http://h/a%20b%C3%A9%22"},
        {"http://h/\r\nX: y", "http://h/%0D%0AX:%20y"},
        {R"(http://h/a\b?c\d)", "http://h/a/b?c%5Cd"}, // WHATWG URL, section 4.4: "\" is "/" before the query
        {R"(http:\\h:81\a)", "http://h:81/a"},
        {R"(http://h\@other/)", "http://h/@other/"},
    };
    for (const auto& [text, expected] : table) {
        const auto parsed = parse_url(text);
        BOOST_REQUIRE_MESSAGE(parsed.has_value(), text);
        BOOST_TEST(parsed->text() == expected);
    }
    const auto u = parse_url("http://[::1]:8080/x?y").value();
    BOOST_TEST(u.host == "::1");
    BOOST_TEST(u.port == 8080);
    BOOST_TEST(u.target == "/x?y");
    BOOST_TEST(u.host_field() == "[::1]:8080");
    BOOST_TEST(u.origin() == "http://[::1]:8080");
}

BOOST_AUTO_TEST_CASE(refuses_what_is_not_an_absolute_url_with_a_host)
{
    for (const auto* text :
         {"", "/x", "example.org", "http:", "http:/x", "http://", "http:///x", "http://:80/", "http://h:0/",
          "http://h:65536/", "http://h:8x/", "http://user@h/", "http://user:secret@h/", "http://[::1/", "http://[x]/",
          "http://a b/", "http://a\rb/", "1http://h/", "://h/"})
    {
        const auto parsed = parse_url(text);
        BOOST_REQUIRE_MESSAGE(!parsed, text);
        BOOST_TEST((parsed.error() == rill::client::errc::invalid_url), text);
    }
    for (const auto* text : {"https://h/", "ftp://h/", "file:///etc/passwd"}) {
        BOOST_TEST((parse_url(text).error() == rill::client::errc::unsupported_scheme), text);
    }
}

// The examples of RFC 3986, section 5.4, that can be requests.
BOOST_AUTO_TEST_CASE(resolves_references)
{
    const auto base = parse_url("http://a/b/c/d;p?q").value();
    const std::vector<std::pair<std::string, std::string>> table{
        {"g", "/b/c/g"},
        {"./g", "/b/c/g"},
        {"g/", "/b/c/g/"},
        {"/g", "/g"},
        {"?y", "/b/c/d;p?y"},
        {"g?y", "/b/c/g?y"},
        {"#s", "/b/c/d;p?q"},
        {"g#s", "/b/c/g"},
        {";x", "/b/c/;x"},
        {"g;x", "/b/c/g;x"},
        {"", "/b/c/d;p?q"},
        {".", "/b/c/"},
        {"./", "/b/c/"},
        {"..", "/b/"},
        {"../", "/b/"},
        {"../g", "/b/g"},
        {"../..", "/"},
        {"../../", "/"},
        {"../../g", "/g"},
        {"../../../g", "/g"},
        {"/./g", "/g"},
        {"/../g", "/g"},
        {"g.", "/b/c/g."},
        {"..g", "/b/c/..g"},
        {"./../g", "/b/g"},
        {"./g/.", "/b/c/g/"},
        {"g/./h", "/b/c/g/h"},
        {"g/../h", "/b/c/h"},
        {"g;x=1/./y", "/b/c/g;x=1/y"},
        {"g?y/./x", "/b/c/g?y/./x"},
    };
    for (const auto& [reference, target] : table) {
        const auto resolved = resolve_url(base, reference);
        BOOST_REQUIRE_MESSAGE(resolved.has_value(), reference);
        BOOST_TEST(resolved->text() == "http://a" + target, reference);
    }
    BOOST_TEST(resolve_url(base, R"(\g\..\h?y\z)")->text() == "http://a/h?y%5Cz");
    BOOST_TEST(resolve_url(base, R"(\\other\x)")->text() == "http://other/x");
    BOOST_TEST(resolve_url(base, "//other:81/x")->text() == "http://other:81/x");
    BOOST_TEST(resolve_url(base, "http://g/h")->text() == "http://g/h");
    BOOST_TEST((resolve_url(base, "https://g/").error() == rill::client::errc::unsupported_scheme));
    BOOST_TEST((resolve_url(base, "//user@g/").error() == rill::client::errc::invalid_url));
}

BOOST_AUTO_TEST_SUITE_END()
