#include "transport/request_target.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

BOOST_AUTO_TEST_SUITE(request_target)

namespace {

using rill::verb;
using rill::transport::is_authority;
using rill::transport::parse_target;
using form = rill::transport::request_target::form;

/// Returns the result in one line: the form, "s" for https, the authority, and the target for handlers.
std::string summary(std::string_view text, verb method = verb::get)
{
    const auto target = parse_target(text, method);
    switch (target.kind) {
    case form::invalid:
        return "-";
    case form::origin:
        return "origin " + target.normalized(method);
    case form::absolute:
        return "absolute" + std::string(target.https ? "s " : " ") + std::string(target.authority) + " " +
               target.normalized(method);
    case form::authority:
        return "authority " + std::string(target.authority);
    case form::asterisk:
        return "asterisk " + target.normalized(method);
    }
    return "?";
}

/// Returns the characters that are valid in place of '@' in the target.
std::string allowed_at(std::string target)
{
    std::string allowed;
    const auto place = target.find('@');
    for (int c = 0; c < 256; ++c) {
        target[place] = static_cast<char>(c);
        if (parse_target(target, verb::get).kind != form::invalid) {
            allowed += static_cast<char>(c);
        }
    }
    return allowed;
}

} // namespace

BOOST_AUTO_TEST_CASE(origin_form)
{
    for (const auto* target :
         {"/", "//", "/a/b", "/?", "/a?b=c&d", "/a?b?c", "/?/", "/%00", "/%aF?%20", "/a;b=c,d", "/a:b@c", "/..", "/./a",
          "/[]^|{}`", "/?\\", "/?%", "/?a=%f", "/q?last=100%", "/?%zz?%%"})
    {
        BOOST_TEST(summary(target) == "origin " + std::string(target));
        BOOST_TEST(summary(target, verb::options) == "origin " + std::string(target));
    }
    for (const auto* target : {"",     "a",    "?a",  "#",    "/#",    "/a#b", "/?a#b",  "/ ",  "/a b", "/%", "/%a",
                               "/%ag", "/%ga", "/a%", "/%?%", "/%%41", "/\\",  "/a\\b?", "/\"", "/<",   "/>"})
    {
        BOOST_TEST(summary(target) == "-", target);
    }
}

BOOST_AUTO_TEST_CASE(targets_accept_only_valid_characters)
{
    // RFC 3986, 3.3 and 3.4, and other characters that browsers send, in the order of their codes.
    BOOST_TEST(allowed_at("/@") ==
               "!$&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~");
    BOOST_TEST(allowed_at("/?@") ==
               "!$%&'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");
    // Some of these characters end the host.
    BOOST_TEST(allowed_at("http://@") ==
               "!$&'()*+-.0123456789;=ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~");
}

BOOST_AUTO_TEST_CASE(absolute_form)
{
    BOOST_TEST(summary("http://a") == "absolute a /");
    BOOST_TEST(summary("http://a/") == "absolute a /");
    BOOST_TEST(summary("http://a?") == "absolute a /?");
    BOOST_TEST(summary("http://a?b/c") == "absolute a /?b/c");
    BOOST_TEST(summary("http://a:80/b?c") == "absolute a:80 /b?c");
    BOOST_TEST(summary("hTTp://[::1]:8080/b//c") == "absolute [::1]:8080 /b//c");
    BOOST_TEST(summary("https://a/b") == "absolutes a /b");
    BOOST_TEST(summary("http://a", verb::options) == "absolute a *");
    BOOST_TEST(summary("http://a/", verb::options) == "absolute a /");
    BOOST_TEST(summary("http://a?b", verb::options) == "absolute a /?b");
    BOOST_TEST(summary("http://a?100%") == "absolute a /?100%");
    for (const auto* target :
         {"http",          "http:",       "http:/",      "http://",       "http:///",     "http://?a",
          "http:a",        "http:/a",     "://a",        "/://a ",        "ftp://a/",     "httpx://a/",
          "xhttp://a/",    " http://a/",  "http://u@a/", "http://u:p@a/", "http://a:x/",  "http://a:65536/",
          "http://a:1:2/", "http://a/#b", "http://a#b",  "http://a\\b",   "http://[::1/", "http://a b/",
          "http://a/ b",   "http://a,b/", "http://a/%",  "http://a%2/"})
    {
        BOOST_TEST(summary(target) == "-", target);
    }
}

BOOST_AUTO_TEST_CASE(authority_form)
{
    BOOST_TEST(summary("a:443", verb::connect) == "authority a:443");
    BOOST_TEST(summary("127.0.0.1:1", verb::connect) == "authority 127.0.0.1:1");
    BOOST_TEST(summary("[::1]:443", verb::connect) == "authority [::1]:443");
    for (const auto* target : {"", "a", "a:", ":443", "[::1]", "[::1]443", "::1", "a:b", "a:443/", "/", "*",
                               "http://a:443", "http://a/", "u@a:443", "a:65536", "a:443 "})
    {
        BOOST_TEST(summary(target, verb::connect) == "-", target);
    }
    BOOST_TEST(summary("a:443") == "-");
}

BOOST_AUTO_TEST_CASE(asterisk_form)
{
    BOOST_TEST(summary("*", verb::options) == "asterisk *");
    for (const auto method : {verb::get, verb::head, verb::post, verb::connect, verb::trace}) {
        BOOST_TEST(summary("*", method) == "-");
    }
    BOOST_TEST(summary("**", verb::options) == "-");
    BOOST_TEST(summary("*/", verb::options) == "-");
}

BOOST_AUTO_TEST_CASE(authorities_are_checked)
{
    for (const auto* text :
         {"a", "a.b-c", "A.", "a_b", "127.0.0.1", "999.1", "a:", "a:0", "a:1", "a:65535", "a:00080", "[::]", "[::1]:1",
          "[::1]:", "[1:2:3:4:5:6:7:8]", "[::ffff:127.0.0.1]", "a%20b", "%41:80", "!$&'()*+;=~"})
    {
        BOOST_TEST(is_authority(text), text);
    }
    for (const auto* text : {"",
                             ":",
                             ":80",
                             "a:b",
                             "a:-1",
                             "a:+1",
                             "a: 1",
                             "a:65536",
                             "a:4294967297",
                             "a:18446744073709551617",
                             "a:1:",
                             "a::1",
                             "::1",
                             "[",
                             "]",
                             "[]",
                             "[]:80",
                             "[:]",
                             "[::1",
                             "::1]",
                             "[::1]]",
                             "[[::1]]",
                             "[::1]a",
                             "[::1]80",
                             "[::1]:a",
                             "[::1%25eth0]",
                             "[::1%eth0]",
                             "[v1.a]",
                             "[127.0.0.1]",
                             "[1:2:3:4:5:6:7:8:9]",
                             "[12345::]",
                             "a[::1]",
                             "a b",
                             " a",
                             "a ",
                             "a,b",
                             "a/b",
                             "a?b",
                             "a#b",
                             "a\\b",
                             "u@a",
                             "@a",
                             "a@",
                             "a%",
                             "a%2",
                             "a%zz",
                             "\xc3\xa4",
                             "a\x7f",
                             "<a>",
                             "\"a\"",
                             "a|b",
                             "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]"})
    {
        BOOST_TEST(!is_authority(text), text);
    }
    BOOST_TEST(!is_authority(std::string_view("a\0", 2)));
    BOOST_TEST(!is_authority(std::string_view("[::1\0]", 6)));
    BOOST_TEST(!is_authority(std::string_view("[\0]", 3)));
}

BOOST_AUTO_TEST_SUITE_END()
