#include <rill/http/set_cookie.hpp>

#include <boost/test/unit_test.hpp>
#include <rill/http/response.hpp>

BOOST_AUTO_TEST_SUITE(set_cookie_suite)

namespace {

using namespace std::chrono_literals;
using rill::error;
using rill::set_cookie;

std::string text(const set_cookie& cookie)
{
    const auto made = cookie.text();
    return made ? *made : made.error().message();
}

rill::error_code fault(const set_cookie& cookie)
{
    const auto made = cookie.text();
    return made ? rill::error_code() : made.error();
}

} // namespace

BOOST_AUTO_TEST_CASE(is_safe_by_default)
{
    BOOST_TEST(text(set_cookie("sid", "s1")) == "sid=s1; Path=/; SameSite=Lax; Secure; HttpOnly");
}

BOOST_AUTO_TEST_CASE(attributes)
{
    BOOST_TEST(text(set_cookie("a", "").max_age(24h)) == "a=; Path=/; Max-Age=86400; SameSite=Lax; Secure; HttpOnly");
    BOOST_TEST(text(set_cookie("a", "1").path("/app").domain("example.org")) ==
               "a=1; Path=/app; Domain=example.org; SameSite=Lax; Secure; HttpOnly");
    BOOST_TEST(text(set_cookie("a", "1").secure(false).http_only(false).same_site(rill::same_site::strict)) ==
               "a=1; Path=/; SameSite=Strict");
    BOOST_TEST(text(set_cookie("a", "1").same_site(rill::same_site::none).partitioned()) ==
               "a=1; Path=/; SameSite=None; Secure; HttpOnly; Partitioned");
    set_cookie cookie("a", "1"); // the setters can also be called one by one
    cookie.max_age(1s).path("/x").secure(true);
    BOOST_TEST(text(cookie) == "a=1; Path=/x; Max-Age=1; SameSite=Lax; Secure; HttpOnly");
    BOOST_TEST(cookie.name() == "a");
}

BOOST_AUTO_TEST_CASE(removed_and_expired_cookies)
{
    const std::string over =
        "a=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; SameSite=Lax; Secure; HttpOnly";
    BOOST_TEST(text(set_cookie::remove("a")) == over);
    BOOST_TEST(text(set_cookie("a", "").max_age(0s)) == over);
    BOOST_TEST(text(set_cookie("a", "").max_age(-5s)) == over);
    BOOST_TEST(text(set_cookie::remove("a").path("/x").domain("b.c"))
                   .starts_with("a=; Path=/x; Domain=b.c; Max-Age=0; Expires=Thu, 01 Jan 1970"));
}

BOOST_AUTO_TEST_CASE(names)
{
    for (const std::string name : {"", "a b", "a=b", "a;b", "a,b", "\"a\"", "a\r\nb", "\xc3\xa4", "a/b", "(a)"}) {
        BOOST_TEST_CONTEXT(name)
        {
            BOOST_TEST((fault(set_cookie(name, "1")) == error::invalid_cookie_name));
        }
    }
    BOOST_TEST(!fault(set_cookie("!#$%&'*+-.^_`|~az09", "1")));
}

BOOST_AUTO_TEST_CASE(values)
{
    std::string allowed;
    for (int c = 0; c < 256; ++c) {
        const auto octet = static_cast<char>(c);
        const bool good = !fault(set_cookie("a", std::string_view(&octet, 1)));
        allowed += good ? std::string(1, octet) : "";
    }
    BOOST_TEST(allowed == "!#$%&'()*+-./0123456789:<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`"
                          "abcdefghijklmnopqrstuvwxyz{|}~"); // RFC 6265, 4.1.1: cookie-octet
    BOOST_TEST((fault(set_cookie("a", "1; Domain=evil.org")) == error::invalid_cookie_value));
    BOOST_TEST(!fault(set_cookie("name", std::string(4092, 'x'))));
    BOOST_TEST((fault(set_cookie("name", std::string(4093, 'x'))) == error::invalid_cookie_value));
}

BOOST_AUTO_TEST_CASE(paths_and_domains)
{
    for (const std::string path : {"", "app", "/a;b", "/a\nb", "/\xc3\xa4", "/a "}) {
        BOOST_TEST_CONTEXT(path)
        {
            BOOST_TEST((fault(set_cookie("a", "1").path(path)) == error::invalid_cookie_value));
        }
    }
    for (const std::string host : {".example.org", "a..b", "a.", "-a.b", "a-.b", "a b", "a;b", "a/b", "[::1]", "a:80"})
    {
        BOOST_TEST_CONTEXT(host)
        {
            BOOST_TEST((fault(set_cookie("a", "1").domain(host)) == error::invalid_cookie_value));
        }
    }
    BOOST_TEST(!fault(set_cookie("a", "1").domain("a-1.Example.ORG").path("/a b/%20,")));
    BOOST_TEST((fault(set_cookie("a", "1").path("/" + std::string(1024, 'x'))) == error::invalid_cookie_value));
}

BOOST_AUTO_TEST_CASE(contradicting_prefixes_and_attributes)
{
    using rill::same_site;
    for (const std::string name : {"__Host-a", "__host-a", "__Secure-a", "__SECURE-a"}) {
        BOOST_TEST(!fault(set_cookie(name, "1")));
        BOOST_TEST((fault(set_cookie(name, "1").secure(false)) == error::invalid_cookie_attributes));
    }
    for (const std::string name : {"__Host-a", "__hoSt-a"}) {
        BOOST_TEST((fault(set_cookie(name, "1").path("/x")) == error::invalid_cookie_attributes));
        BOOST_TEST((fault(set_cookie(name, "1").domain("a.b")) == error::invalid_cookie_attributes));
    }
    BOOST_TEST(!fault(set_cookie("__Secure-a", "1").domain("a.b").path("/x")));
    BOOST_TEST(!fault(set_cookie("__Host", "1").secure(false)));
    BOOST_TEST(
        (fault(set_cookie("a", "1").secure(false).same_site(same_site::none)) == error::invalid_cookie_attributes));
    BOOST_TEST((fault(set_cookie("a", "1").secure(false).partitioned()) == error::invalid_cookie_attributes));
}

BOOST_AUTO_TEST_CASE(a_cookie_replaces_one_with_the_same_name_domain_and_path)
{
    const set_cookie plain("a", "1");
    const auto in_domain = set_cookie("a", "1").domain("b.c");
    BOOST_TEST(plain.replaces(text(set_cookie("a", "2").max_age(1s))));
    BOOST_TEST(plain.replaces("a=2; Path=/"));
    BOOST_TEST(!plain.replaces(text(set_cookie("ab", "1"))));
    BOOST_TEST(!plain.replaces(text(set_cookie("b", "a=1"))));
    BOOST_TEST(!plain.replaces(text(set_cookie("a", "1").path("/x"))));
    BOOST_TEST(!plain.replaces(text(in_domain)));
    BOOST_TEST(!plain.replaces("a=1"));
    BOOST_TEST(in_domain.replaces(text(in_domain)));
    BOOST_TEST(!in_domain.replaces(text(plain)));
    BOOST_TEST(!in_domain.replaces(text(set_cookie("a", "1").domain("b.co"))));
}

BOOST_AUTO_TEST_SUITE_END()
