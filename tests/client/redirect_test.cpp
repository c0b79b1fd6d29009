#include "client/redirect.hpp"

#include <boost/test/unit_test.hpp>
#include <rill/client/error.hpp>

BOOST_AUTO_TEST_SUITE(redirect_test)

using namespace rill::client;
using rill::verb;

namespace {

request posted(verb method)
{
    request r("http://a/x", method, "body");
    static_cast<void>(r.headers.set("Authorization", "Bearer t"));
    static_cast<void>(r.headers.set("Cookie", "c=1"));
    static_cast<void>(r.headers.set("Content-Type", "text/plain"));
    static_cast<void>(r.headers.set("X-Other", "1"));
    return r;
}

const url from = parse_url("http://a/x").value();

} // namespace

BOOST_AUTO_TEST_CASE(five_statuses_are_redirects)
{
    for (unsigned status = 100; status < 600; ++status) {
        const bool expected = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
        BOOST_TEST(detail::is_redirect(status) == expected, status);
    }
}

BOOST_AUTO_TEST_CASE(methods_and_bodies)
{
    struct row
    {
        unsigned status;
        verb before;
        verb after;
    };
    for (const auto& [status, before, after] : {row{301, verb::post, verb::get},
                                                {302, verb::post, verb::get},
                                                {303, verb::post, verb::get},
                                                {307, verb::post, verb::post},
                                                {308, verb::post, verb::post},
                                                {301, verb::put, verb::put},
                                                {302, verb::put, verb::put},
                                                {303, verb::put, verb::get},
                                                {303, verb::head, verb::head},
                                                {303, verb::get, verb::get},
                                                {301, verb::head, verb::head}})
    {
        auto r = posted(before);
        BOOST_TEST(detail::follow_redirect(r, from, status, "/y")->text() == "http://a/y");
        BOOST_TEST((r.method == after));
        BOOST_TEST(r.body.empty() == (before != after));
        BOOST_TEST(r.headers.contains("Content-Type") == (before == after));
        BOOST_TEST(r.headers.contains("Authorization")); // the same origin
    }
}

BOOST_AUTO_TEST_CASE(another_origin_gets_no_credentials)
{
    for (const auto* location : {"http://b/", "//b/", "http://a:81/", "http://a.b/"}) {
        auto r = posted(verb::get);
        BOOST_TEST(detail::follow_redirect(r, from, 307, location).has_value());
        BOOST_TEST(!r.headers.contains("Authorization"));
        BOOST_TEST(!r.headers.contains("Cookie"));
        BOOST_TEST(r.headers.contains("X-Other"));
    }
    for (const auto* location : {"http://a/", "HTTP://A:80/", "//a/", "?q"}) {
        auto r = posted(verb::get);
        BOOST_TEST(detail::follow_redirect(r, from, 307, location).has_value());
        BOOST_TEST(r.headers.contains("Authorization"));
    }
}

BOOST_AUTO_TEST_CASE(invalid_locations)
{
    auto r = posted(verb::get);
    BOOST_TEST((detail::follow_redirect(r, from, 302, "").error() == errc::invalid_redirect));
    BOOST_TEST((detail::follow_redirect(r, from, 302, "http://").error() == errc::invalid_redirect));
    BOOST_TEST((detail::follow_redirect(r, from, 302, "http://u@b/").error() == errc::invalid_redirect));
    BOOST_TEST((detail::follow_redirect(r, from, 302, "https://b/").error() == errc::unsupported_scheme));
}

BOOST_AUTO_TEST_SUITE_END()
